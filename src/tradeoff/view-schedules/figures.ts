import { CostMetric, DEFAULT_METRIC, DeliveryId } from '../../finops/billing/schema.ts';
import { costDimensions, costSummary, getMonthToDate } from '../../finops/costs/schema.ts';
import type { Read } from '../../platform/http/index.ts';
import type { DateRange } from '../../platform/units/date-range.ts';
import type { SavedView } from '../views/schema.ts';
import { choosePeriod, writePeriod } from './period.ts';
import type { SendInterval, ViewFigures } from './schema.ts';

const MOST_ROWS = 5;
/** As the page of costs: at most two dimensions, by team where the address names none. */
const MOST_DIMENSIONS = 2;
const DEFAULT_DIMENSION = 'team';

export interface FiguresQuestion {
  readonly every: SendInterval;
  /** Day of the message in the time zone of its schedule. */
  readonly today: string;
}

/** Page with figures by dimension and period. */
export const COSTS = '/costs';

/** Filters of a view of costs, with those of the frame. */
export function listFilters(search: URLSearchParams): string[] {
  const exact = (dimension: string, value: string | null) =>
    value === null ? [] : [`${dimension}=${value.replaceAll('*', '\\*')}`];
  return [
    ...exact('team', search.get('team')),
    ...exact('billingCurrency', search.get('currency')),
    ...search.getAll('filter'),
  ];
}

/** Teams whose figures alone a view has; empty: it is not limited to teams. Only the page of costs has filters of teams. */
export function listTeams({ path, search: text }: Pick<SavedView, 'path' | 'search'>): string[] {
  const search = new URLSearchParams(text);
  const filters = path === COSTS ? listFilters(search) : [`team=${search.get('team') ?? '*'}`];
  return filters.flatMap((filter) => {
    const team = /^team=([^*]+)$/.exec(filter)?.[1];
    return team === undefined ? [] : [team];
  });
}

/**
 * Headline figures of a view of costs, from the endpoint that its page reads, and the address of the page with these dates. Errors: those
 * of the endpoint, such as `bill_period_not_covered` without a bill.
 */
export async function readFigures(
  read: Read,
  { path, search: text }: Pick<SavedView, 'path' | 'search'>,
  { every, today }: FiguresQuestion,
): Promise<{ readonly figures: ViewFigures; readonly link: string }> {
  const search = new URLSearchParams(text);
  const chosen = choosePeriod(search, every, today, await readBilledMonth(read));
  const { period, compared } = chosen;
  const by = listDimensions(search);
  const query = {
    ...{ by: [...by], filter: listFilters(search) },
    metric: CostMetric.catch(DEFAULT_METRIC).parse(search.get('metric') ?? DEFAULT_METRIC),
  };
  const delivery = DeliveryId.safeParse(search.get('delivery'));
  const ask = (range: DateRange | null) =>
    read(costSummary, {
      query: { ...query, ...range, ...(delivery.success ? { delivery: delivery.data } : {}) },
    });
  const now = await ask(period);
  const before = compared === null ? null : await ask(compared);
  const toKey = (row: Readonly<Record<string, string | null>>) =>
    JSON.stringify([...by, 'currency'].map((one) => row[one]));
  const amounts = new Map((before?.rows ?? []).map((row) => [toKey(row), row.amount ?? null]));
  const rows = now.rows.slice(0, MOST_ROWS).map((row) => ({
    label: by.map((one) => row[one] ?? describeNone(one)).join(', '),
    ...{ currency: row.currency ?? '', amount: row.amount ?? '0', before: amounts.get(toKey(row)) ?? null },
  }));
  const totals = now.totals.map(({ currency, amount }) => {
    const past = before?.totals.find((one) => one.currency === currency);
    return { currency, amount, before: past?.amount ?? null };
  });
  writePeriod(search, chosen);
  const others = now.rows.length - rows.length;
  return {
    figures: { period, compared, metric: now.metric, totals, rows, others, notes: describeLeftOut(now.leftOut) },
    link: `${path}?${search}`,
  };
}

/** Error: `bill_period_not_covered` without a bill. */
async function readBilledMonth(read: Read) {
  const { month, through } = await read(getMonthToDate, { query: {} });
  const { periods } = await read(costDimensions, {});
  const newest = periods.at(-1) ?? month;
  return { month: newest, through: newest === month ? through : null };
}

function listDimensions(search: URLSearchParams): readonly string[] {
  const named = [...new Set(search.getAll('by').flatMap((item) => item.split(',')))].filter((item) => item !== '');
  return named.length === 0 ? [DEFAULT_DIMENSION] : named.slice(0, MOST_DIMENSIONS);
}

function describeNone(dimension: string): string {
  return dimension === 'team' ? 'unallocated' : `no ${dimension}`;
}

function describeLeftOut(leftOut: { readonly rejectedRows: number; readonly rowsWithoutMetric: number }): string[] {
  const { rejectedRows, rowsWithoutMetric } = leftOut;
  return [
    ...(rejectedRows === 0 ? [] : [`${rejectedRows} rejected bill rows are in no sum.`]),
    ...(rowsWithoutMetric === 0 ? [] : [`${rowsWithoutMetric} bill rows without this cost are in no sum.`]),
  ];
}
