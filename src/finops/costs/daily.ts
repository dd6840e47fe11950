import { quoteIdentifier } from '../../platform/lake/index.ts';
import { dailyDimensions } from '../allocation/index.ts';
import { buildDailyRangeConditions, toCamelCase } from '../billing/index.ts';
import { buildFilterConditions, parseFilter } from './filters.ts';
import { type CostSelection, getMetricColumn, isOfAllocation } from './query.ts';
import { TEAM_LIMIT } from './visible-costs.ts';

const ofRow = new Map<string, string>(dailyDimensions.map((column) => [toCamelCase(column), quoteIdentifier(column)]));

/** SQL of a dimension over the daily roll-up; null when only bill rows have it. */
function findDailyExpression(dimension: string): string | null {
  if (dimension === TEAM_LIMIT) return quoteIdentifier('team');
  if (isOfAllocation(dimension)) return quoteIdentifier(dimension);
  if (dimension === 'day') return `strftime(charge_day, '%Y-%m-%d')`;
  if (dimension === 'week') return `strftime(charge_day, '%G-W%V')`;
  if (dimension === 'month') return 'period';
  return ofRow.get(dimension) ?? null;
}

/**
 * SELECT of `d0`, `d1`… (the dimensions), `currency`, `cost` and `missing` from the daily roll-up (DESIGN section 8),
 * which has the sums of the bill in a fraction of its rows; null when the query needs dimensions of bill rows.
 */
export function buildDailyAmounts(
  selection: CostSelection,
  dimensions: readonly string[],
  relation: string | undefined,
): string | null {
  const filters = selection.filter.map(parseFilter);
  const named = [...dimensions, ...filters.map(({ dimension }) => dimension)];
  if (relation === undefined || named.some((name) => findDailyExpression(name) === null)) return null;
  const expressionOf = (dimension: string): string => findDailyExpression(dimension) ?? 'NULL';
  const conditions = [...buildDailyRangeConditions(selection), ...buildFilterConditions(filters, expressionOf)];
  const column = getMetricColumn(selection.metric);
  const columns = [
    ...dimensions.map((name, index) => `${expressionOf(name)} AS d${index}`),
    'BillingCurrency AS currency',
    `${quoteIdentifier(column)} AS cost`,
    `${quoteIdentifier(`without_${column}`)} AS missing`,
  ];
  return `SELECT ${columns.join(', ')} FROM ${relation} ${conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`}`;
}
