import { type LakeRow, quoteLiteral } from '../../../platform/lake/index.ts';
import { decimalString } from '../../../platform/units/index.ts';
import { toTextOrNull } from '../text-row.ts';
import { buildConditionsSql, SKU } from './charges-sql.ts';
import type { CellsQuestion, ChargeCell, ChargesQuestion } from './daily-charges.ts';

/** Charges of two ranges of days in one row each, by all dimensions, unit and category. */
export function buildCellsSql(table: string, question: ChargesQuestion, asked: CellsQuestion): string {
  const { before, after, currency, where, most } = asked;
  const keys = [...question.dimensions.map((_, index) => `d${index}`), 'sku_column', 'service', 'category', 'unit'];
  const sums = ['cost', 'quantity', 'rows'].flatMap((column) => [
    `coalesce(sum(${column}) FILTER (NOT is_after), 0) AS ${column}_before`,
    `coalesce(sum(${column}) FILTER (is_after), 0) AS ${column}_after`,
  ]);
  const inside = ({ from, to }: { readonly from: string; readonly to: string }) =>
    `(day >= ${quoteLiteral(from)} AND day <= ${quoteLiteral(to)})`;
  const conditions = [
    'judged',
    'cost IS NOT NULL',
    `currency = ${quoteLiteral(currency)}`,
    `(${inside(before)} OR ${inside(after)})`,
    ...buildConditionsSql(question, where),
  ];
  const cells = `SELECT ${keys.join(', ')}, any_value(description) AS description, ${sums.join(', ')}
    FROM (SELECT *, day >= ${quoteLiteral(after.from)} AS is_after FROM ${table} WHERE ${conditions.join(' AND ')}) GROUP BY ALL`;
  const ranked = `SELECT *, row_number() OVER (ORDER BY abs(cost_after) + abs(cost_before) DESC, ${keys.join(', ')}) <= ${most} AS listed FROM (${cells})`;
  const shown = [...keys, 'description'].map((key) => `CASE WHEN listed THEN ${key} END AS ${key}`);
  const totals = ['cost_before', 'cost_after', 'quantity_before', 'quantity_after'].map(
    (name) => `sum(${name})::VARCHAR AS ${name}`,
  );
  return `SELECT ${shown.join(', ')}, listed, ${totals.join(', ')}, sum(rows_before)::INTEGER AS rows_before,
    sum(rows_after)::INTEGER AS rows_after FROM (${ranked}) GROUP BY ALL ORDER BY ALL`;
}

export function createCellParser({ dimensions }: ChargesQuestion): (row: LakeRow) => ChargeCell {
  return (row) => ({
    values: Object.fromEntries(
      dimensions.map((name, index) => [
        name === SKU ? (toTextOrNull(row.sku_column) ?? 'skuId') : name,
        toTextOrNull(row[`d${index}`]),
      ]),
    ),
    service: toTextOrNull(row.service),
    category: toTextOrNull(row.category),
    description: toTextOrNull(row.description),
    unit: toTextOrNull(row.unit),
    costBefore: decimalString(String(row.cost_before)),
    costAfter: decimalString(String(row.cost_after)),
    quantityBefore: decimalString(String(row.quantity_before)),
    quantityAfter: decimalString(String(row.quantity_after)),
    rowsBefore: Number(row.rows_before),
    rowsAfter: Number(row.rows_after),
  });
}
