import { decimalString } from '../../../platform/units/index.ts';
import { type CostsDeps, relationsOf } from '../relations.ts';
import { textOrNull } from '../text-row.ts';
import { type ChargeQuestion, chargesSql, namedDimensions, SKU, selectionOf } from './charges-sql.ts';

/** What one kind of charge cost in two stretches of days. Costs and quantities are exact sums; `0` where there was no row. */
export interface SliceCell {
  /** Value of each dimension that was asked for; `sku` under the name of the column that names it. */
  readonly values: Readonly<Record<string, string | null>>;
  readonly service: string | null;
  readonly category: string | null;
  readonly description: string | null;
  readonly unit: string | null;
  readonly costBefore: string;
  readonly costAfter: string;
  readonly quantityBefore: string;
  readonly quantityAfter: string;
  readonly rowsBefore: number;
  readonly rowsAfter: number;
}

/** Days, YYYY-MM-DD, both included. */
export interface DayRange {
  readonly from: string;
  readonly to: string;
}

export interface CellsQuestion extends Omit<ChargeQuestion, 'from' | 'to'> {
  readonly currency: string;
  readonly before: DayRange;
  /** After `before`, and not touching it. */
  readonly after: DayRange;
  /** Cells at most; what is beyond them is one cell without values. */
  readonly most: number;
}

/** The charges of two stretches of days side by side, by dimensions, unit and category, largest first. */
export async function sliceCells(deps: CostsDeps, question: CellsQuestion): Promise<SliceCell[]> {
  const { before, after, currency, most } = question;
  const charges = { ...question, from: before.from, to: after.to };
  const relations = await relationsOf(deps, selectionOf(charges), namedDimensions(charges));
  const sql = cellsSql(question, chargesSql(charges, relations));
  const rows = await deps.lake.query(sql, [after.from, currency, before.to, most]);
  return rows.map((row) => ({
    values: Object.fromEntries(
      question.dimensions.map((name, index) => [
        name === SKU ? (textOrNull(row.sku_column) ?? 'skuId') : name,
        textOrNull(row[`d${index}`]),
      ]),
    ),
    service: textOrNull(row.service),
    category: textOrNull(row.category),
    description: textOrNull(row.description),
    unit: textOrNull(row.unit),
    costBefore: decimalString(String(row.cost_before)),
    costAfter: decimalString(String(row.cost_after)),
    quantityBefore: decimalString(String(row.quantity_before)),
    quantityAfter: decimalString(String(row.quantity_after)),
    rowsBefore: Number(row.rows_before),
    rowsAfter: Number(row.rows_after),
  }));
}

function cellsSql({ dimensions }: CellsQuestion, charges: string): string {
  const keys = [...dimensions.map((_, index) => `d${index}`), 'sku_column', 'service', 'category', 'unit'];
  const sums = ['cost', 'quantity'].flatMap((column) => [
    `coalesce(sum(${column}) FILTER (NOT is_after), 0) AS ${column}_before`,
    `coalesce(sum(${column}) FILTER (is_after), 0) AS ${column}_after`,
  ]);
  const cells = `SELECT ${keys.join(', ')}, any_value(description) AS description, ${sums.join(', ')},
      count(cost) FILTER (NOT is_after) AS rows_before, count(cost) FILTER (is_after) AS rows_after
    FROM (SELECT *, day >= $1 AS is_after FROM (${charges}) WHERE judged AND currency = $2 AND cost IS NOT NULL AND (day <= $3 OR day >= $1)) GROUP BY ALL`;
  const ranked = `SELECT *, row_number() OVER (ORDER BY abs(cost_after) + abs(cost_before) DESC, ${keys.join(', ')}) <= $4 AS listed FROM (${cells})`;
  const shown = [...keys, 'description'].map((key) => `CASE WHEN listed THEN ${key} END AS ${key}`);
  const totals = ['cost_before', 'cost_after', 'quantity_before', 'quantity_after'].map(
    (name) => `sum(${name})::VARCHAR AS ${name}`,
  );
  return `SELECT * EXCLUDE (listed) FROM (SELECT ${shown.join(', ')}, listed, ${totals.join(', ')}, sum(rows_before)::INTEGER AS rows_before,
      sum(rows_after)::INTEGER AS rows_after FROM (${ranked}) GROUP BY ALL) ORDER BY listed DESC, cost_after::DECIMAL(38,21) DESC, ${keys.join(', ')}`;
}
