import { type LakeRow, quoteLiteral } from '../../../platform/lake/index.ts';
import { decimalString } from '../../../platform/units/index.ts';
import { toTextOrNull } from '../text-row.ts';
import { buildConditionsSql, SKU } from './charges-sql.ts';
import type { ChargesQuestion, DailyQuestion, SliceDay } from './daily-charges.ts';

/**
 * Share (0..1) of the rows of a usual day below which a day is incomplete: monthly fees are already charged on future
 * days.
 */
const LEAST_DAY_SHARE = 0.1;
const USUAL_DAYS = 28;

/**
 * Last complete day of each source: the last one with at least `LEAST_DAY_SHARE` of the median rows of its recent days.
 */
export function findWholeDays(
  counts: readonly (readonly [source: string, day: string, rows: number])[],
): Map<string, string> {
  const through = new Map<string, string>();
  for (const [source, days] of Map.groupBy(counts, ([name]) => name)) {
    const usual = days.map(([, , rows]) => rows).slice(-USUAL_DAYS);
    const middle = usual.toSorted((a, b) => a - b)[usual.length >> 1] ?? 0;
    const last = days.findLast(([, , rows]) => rows >= LEAST_DAY_SHARE * middle);
    if (last !== undefined) through.set(source, last[1]);
  }
  return through;
}

/** Total and each value of each dimension by day, in one query with grouping sets. */
export function buildDailySql(
  table: string,
  question: ChargesQuestion,
  { dimensions, where, most }: DailyQuestion,
  through: ReadonlyMap<string, string>,
): string {
  const names = dimensions.map((name) => `d${question.dimensions.indexOf(name)}`);
  const sets = ['(currency, day)', ...names.map((name) => `(currency, day, ${name})`)].join(', ');
  const cases = [...through].map(([source, day]) => `WHEN ${quoteLiteral(source)} THEN ${quoteLiteral(day)}`).join(' ');
  const groupings = names.map((name) => `GROUPING(${name}) AS g_${name}`);
  const sums = `SELECT ${[...groupings, ...names].map((column) => `${column}, `).join('')}currency, day, sum(cost) AS cost,
      CASE WHEN min(unit) = max(unit) AND sum(measured) = sum(all_rows) THEN sum(quantity)::DOUBLE END AS quantity,
      min(unit) AS unit, any_value(sku_column) AS sku_column, min(CASE source ${cases} END) AS through
    FROM ${table} WHERE ${['judged', ...buildConditionsSql(question, where)].join(' AND ')} GROUP BY GROUPING SETS (${sets})`;
  const chosen = (of: (name: string, index: number) => string) =>
    `CASE ${names.map((name, index) => `WHEN g_${name} = 0 THEN ${of(name, index)} `).join('')}ELSE NULL END`;
  const [place, value] = names.length === 0 ? ['NULL', 'NULL'] : [chosen((_, index) => String(index)), chosen(String)];
  const slices = `SELECT ${place}::INTEGER AS place, ${value}::VARCHAR AS value, currency, day, cost, quantity, unit, sku_column, through FROM (${sums})`;
  const sized = `SELECT *, sum(abs(cost)) OVER (PARTITION BY place, value, currency) AS size FROM (${slices}) WHERE place IS NULL OR value IS NOT NULL`;
  return `SELECT place, value, currency, day, cost::VARCHAR AS cost, quantity, unit, sku_column, through FROM (${sized})
    QUALIFY dense_rank() OVER (PARTITION BY place ORDER BY size DESC NULLS LAST, value, currency) <= ${most}
    ORDER BY place NULLS LAST, value, currency, day`;
}

export function createDayParser({ dimensions }: DailyQuestion): (row: LakeRow) => SliceDay {
  return (row) => {
    const dimension = row.place === null ? null : (dimensions[Number(row.place)] ?? null);
    return {
      dimension: dimension === SKU ? String(row.sku_column) : dimension,
      value: toTextOrNull(row.value),
      currency: String(row.currency),
      day: String(row.day),
      cost: row.cost === null ? null : decimalString(String(row.cost)),
      quantity: row.quantity === null ? null : Number(row.quantity),
      unit: toTextOrNull(row.unit),
      through: String(row.through),
    };
  };
}
