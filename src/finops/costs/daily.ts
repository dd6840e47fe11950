import { identifier, literal } from '../../platform/lake/index.ts';
import { dailyDimensions } from '../allocation/index.ts';
import { camelCaseOf } from '../billing/index.ts';
import { filterConditions, parseFilter } from './filters.ts';
import { type CostSelection, isOfAllocation, metricColumn } from './query.ts';
import { byDay } from './range.ts';

const ofRow = new Map<string, string>(dailyDimensions.map((column) => [camelCaseOf(column), identifier(column)]));

/** SQL of a dimension over the daily roll-up; null when only bill rows have it. */
function dailyExpression(dimension: string): string | null {
  if (isOfAllocation(dimension)) return identifier(dimension);
  if (dimension === 'day') return `strftime(charge_day, '%Y-%m-%d')`;
  if (dimension === 'week') return `strftime(charge_day, '%G-W%V')`;
  if (dimension === 'month') return 'period';
  return ofRow.get(dimension) ?? null;
}

/**
 * SELECT of `d0`, `d1`… (the dimensions), `currency`, `amount` and `missing` from the daily roll-up (DESIGN section 8),
 * which has the sums of the bill in a fraction of its rows; null when the query needs dimensions of bill rows.
 */
export function dailyAmounts(
  selection: CostSelection,
  dimensions: readonly string[],
  relation: string | undefined,
): string | null {
  const filters = selection.filter.map(parseFilter);
  const named = [...dimensions, ...filters.map(({ dimension }) => dimension)];
  if (relation === undefined || named.some((name) => dailyExpression(name) === null)) return null;
  const expressionOf = (dimension: string): string => dailyExpression(dimension) ?? 'NULL';
  const conditions = [...rangeConditions(selection), ...filterConditions(filters, expressionOf)];
  const column = metricColumn(selection.metric);
  const columns = [
    ...dimensions.map((name, index) => `${expressionOf(name)} AS d${index}`),
    'BillingCurrency AS currency',
    `${identifier(column)} AS amount`,
    `${identifier(`without_${column}`)} AS missing`,
  ];
  return `SELECT ${columns.join(', ')} FROM ${relation} ${conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`}`;
}

function rangeConditions(selection: CostSelection): string[] {
  const { period, from, to } = selection;
  const column = byDay(selection) ? 'charge_day' : 'period';
  return [
    ...(period === undefined ? [] : [`period = ${literal(period)}`]),
    ...(from === undefined ? [] : [`${column} >= ${literal(from)}`]),
    ...(to === undefined ? [] : [`${column} <= ${literal(to)}`]),
  ];
}
