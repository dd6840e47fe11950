import { literal } from '../../../platform/lake/index.ts';
import { decimalString } from '../../../platform/units/index.ts';
import { type CostsDeps, relationsOf } from '../relations.ts';
import { textOrNull } from '../text-row.ts';
import { type ChargeQuestion, chargesSql, namedDimensions, SKU, selectionOf } from './charges-sql.ts';

/** What a slice of the ledger (everything, a team, a service, a SKU) cost on a day. */
export interface SliceDay {
  /** A dimension that costs can be filtered by; null: everything. */
  readonly dimension: string | null;
  readonly value: string | null;
  readonly currency: string;
  /** YYYY-MM-DD, UTC; days without a charge are not listed. */
  readonly day: string;
  /** Exact effective cost; null when no row states it. */
  readonly cost: string | null;
  /** Pricing quantity, where all rows of the day have one unit; else null. */
  readonly quantity: number | null;
  readonly unit: string | null;
  /** Day through which all sources of this day's rows have been delivered. */
  readonly through: string;
}

export interface DailySlices {
  readonly days: readonly SliceDay[];
  /** Day through which each source has been delivered. */
  readonly through: ReadonlyMap<string, string>;
  /** Effective cost of charges that are longer than a day, by currency: no cost of one day. */
  readonly longer: readonly { readonly currency: string; readonly amount: string }[];
}

export interface SlicesQuestion extends ChargeQuestion {
  /** Slices of a dimension at most, those with the largest cost. */
  readonly most: number;
}

/** A day with less than this of the rows of a usual day has but begun: fees of the month stand on days to come. */
const LEAST_DAY_SHARE = 0.1;
const USUAL_DAYS = 28;

/** Daily costs of everything and of every slice of each dimension, in one grouped query. */
export async function dailySlices(deps: CostsDeps, question: SlicesQuestion): Promise<DailySlices> {
  const relations = await relationsOf(deps, selectionOf(question), namedDimensions(question));
  const charges = chargesSql(question, relations);
  const counts = await deps.lake.query(
    `SELECT source, day, count(*)::INTEGER AS rows FROM (${charges}) WHERE judged GROUP BY 1, 2 ORDER BY 1, 2`,
  );
  const through = throughOf(counts.map((row) => [String(row.source), String(row.day), Number(row.rows)] as const));
  if (through.size === 0) return { days: [], through, longer: [] };
  const [found, longer] = await Promise.all([
    deps.lake.query(groupedSql(question, charges, through)),
    deps.lake.query(
      `SELECT currency, sum(cost)::VARCHAR AS amount FROM (${charges}) WHERE NOT judged AND category NOT IN ('Credit', 'Tax') AND cost IS NOT NULL GROUP BY 1 ORDER BY 1`,
    ),
  ]);
  const days = found.map((row): SliceDay => {
    const dimension = row.place === null ? null : (question.dimensions[Number(row.place)] ?? null);
    return {
      dimension: dimension === SKU ? String(row.sku_column) : dimension,
      value: textOrNull(row.value),
      currency: String(row.currency),
      day: String(row.day),
      cost: row.cost === null ? null : decimalString(String(row.cost)),
      quantity: row.quantity === null ? null : Number(row.quantity),
      unit: textOrNull(row.unit),
      through: String(row.through),
    };
  });
  return {
    days,
    through,
    longer: longer.map((row) => ({ currency: String(row.currency), amount: decimalString(String(row.amount)) })),
  };
}

/** The last day of each source that has as many rows as a day has. */
function throughOf(counts: readonly (readonly [source: string, day: string, rows: number])[]): Map<string, string> {
  const through = new Map<string, string>();
  for (const [source, days] of Map.groupBy(counts, ([name]) => name)) {
    const usual = days.map(([, , rows]) => rows).slice(-USUAL_DAYS);
    const middle = usual.toSorted((a, b) => a - b)[usual.length >> 1] ?? 0;
    const last = days.findLast(([, , rows]) => rows >= LEAST_DAY_SHARE * middle);
    if (last !== undefined) through.set(source, last[1]);
  }
  return through;
}

function groupedSql(
  { dimensions, most }: SlicesQuestion,
  charges: string,
  through: ReadonlyMap<string, string>,
): string {
  const names = dimensions.map((_, index) => `d${index}`);
  const sets = ['(currency, day)', ...names.map((name) => `(currency, day, ${name})`)].join(', ');
  const cases = [...through].map(([source, day]) => `WHEN ${literal(source)} THEN ${literal(day)}`).join(' ');
  const groupings = names.map((name, index) => `GROUPING(${name}) AS g${index}`);
  const sums = `SELECT ${[...groupings, ...names].map((column) => `${column}, `).join('')}currency, day,
      sum(cost) AS cost, CASE WHEN min(unit) = max(unit) AND count(quantity) = count(*) THEN sum(quantity)::DOUBLE END AS quantity,
      min(unit) AS unit, any_value(sku_column) AS sku_column, min(CASE source ${cases} END) AS through
    FROM (${charges}) WHERE judged GROUP BY GROUPING SETS (${sets})`;
  const chosen = (of: (index: number) => string) =>
    `CASE ${names.map((_, index) => `WHEN g${index} = 0 THEN ${of(index)} `).join('')}ELSE NULL END`;
  const [place, value] = names.length === 0 ? ['NULL', 'NULL'] : [chosen(String), chosen((index) => `d${index}`)];
  const slices = `SELECT ${place}::INTEGER AS place, ${value}::VARCHAR AS value, currency, day, cost, quantity, unit, sku_column, through FROM (${sums})`;
  const sized = `SELECT *, sum(abs(cost)) OVER (PARTITION BY place, value, currency) AS size FROM (${slices}) WHERE place IS NULL OR value IS NOT NULL`;
  return `SELECT place, value, currency, day, cost::VARCHAR AS cost, quantity, unit, sku_column, through FROM (${sized})
    QUALIFY dense_rank() OVER (PARTITION BY place ORDER BY size DESC NULLS LAST, value, currency) <= ${most}
    ORDER BY place NULLS LAST, value, currency, day`;
}
