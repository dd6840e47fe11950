import { subjectFields } from '../../org/schema.ts';
import { type Lake, quoteIdentifier, quoteLiteral } from '../../platform/lake/index.ts';
import type { Store } from '../../platform/store/index.ts';
import { decimal, decimalString } from '../../platform/units/index.ts';
import { buildDailyRangeConditions, type RequestedRange } from '../billing/index.ts';
import type { CostMetric } from '../billing/schema.ts';
import type { CoverageDimension, CoverageRow, RuleHit } from './schema.ts';
import { findRulesInForce } from './store.ts';
import { allocatedDaily } from './tables.ts';

export interface ReportDeps {
  readonly store: Store;
  readonly lake: Lake;
}

export interface CoverageQuery extends RequestedRange {
  readonly by?: CoverageDimension | undefined;
  readonly interval: 'period' | 'day';
  readonly metric: CostMetric;
}

export function getCostColumn(metric: CostMetric): string {
  return quoteIdentifier(metric.charAt(0).toUpperCase() + metric.slice(1));
}

/** Coverage from the daily roll-up: exact sums by kind, which add up to the total. */
export async function readCoverage(deps: ReportDeps, query: CoverageQuery): Promise<CoverageRow[]> {
  const cost = getCostColumn(query.metric);
  const day = query.interval === 'day' ? 'charge_day::VARCHAR' : 'NULL::VARCHAR';
  const value = query.by === undefined ? 'NULL::VARCHAR' : getDimensionColumn(query.by);
  const ofKind = (kind: string) => `coalesce(sum(${cost}) FILTER (kind = ${quoteLiteral(kind)}), 0)::VARCHAR`;
  const rows = await deps.lake.queryKept(`SELECT period, ${day} AS day, ${value} AS value, BillingCurrency AS currency,
      coalesce(sum(${cost}), 0)::VARCHAR AS total, ${ofKind('allocated')} AS allocated, ${ofKind('idle')} AS idle,
      ${ofKind('unallocated')} AS unallocated, ${ofKind('shared-unallocated')} AS shared, ${buildUnstatedSql(query.metric)} AS unstated
    FROM ${await deps.lake.relation(deps.store, allocatedDaily)} ${buildCoverageCondition(query)}
    GROUP BY ALL ORDER BY period, day NULLS FIRST, currency, coalesce(sum(${cost}), 0) DESC, value NULLS LAST`);
  return rows.map((row) => {
    const [total, allocated, idle] = [toExact(row.total), toExact(row.allocated), toExact(row.idle)];
    return {
      period: String(row.period),
      day: row.day === null ? null : String(row.day),
      value: row.value === null ? null : String(row.value),
      currency: String(row.currency),
      total,
      allocated,
      idle,
      unallocated: toExact(row.unallocated),
      sharedUnallocated: toExact(row.shared),
      rowsWithoutMetric: Number(row.unstated),
      allocatedRatio: divideToRatio(decimalString(decimal(allocated).plus(idle)), total),
    };
  });
}

function getDimensionColumn(dimension: CoverageDimension): string {
  const own = [...subjectFields, 'rule'] as readonly string[];
  return quoteIdentifier(own.includes(dimension) ? dimension : dimension.charAt(0).toUpperCase() + dimension.slice(1));
}

function buildCoverageCondition(range: RequestedRange, teams: readonly string[] | null = null): string {
  const ofTeams = teams === null ? [] : [buildTeamCondition(teams)];
  const conditions = [...buildDailyRangeConditions(range), ...ofTeams];
  return conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`;
}

function buildTeamCondition(teams: readonly string[]): string {
  return teams.length === 0 ? 'false' : `team IN (${teams.map(quoteLiteral).join(', ')})`;
}

/** SQL text of the number of rows that do not state the cost. */
function buildUnstatedSql(metric: CostMetric): string {
  return `sum(${quoteIdentifier(`without_${metric.charAt(0).toUpperCase()}${metric.slice(1)}`)})::INTEGER`;
}

export function toExact(value: unknown): string {
  return decimalString(String(value));
}

/** Ratio of a part to a whole, for charts: six decimals; null when the whole is not above zero. */
export function divideToRatio(part: string, whole: string): number | null {
  return decimal(whole).gt(0) ? decimal(part).dividedBy(whole).toDecimalPlaces(6).toNumber() : null;
}

/** Cost that each rule in force matches, and the cost that no rule matches. `teams`: only the cost of these, by the rules behind it; null: all. */
export async function readRuleHits(
  deps: ReportDeps,
  query: RequestedRange & { readonly metric: CostMetric },
  teams: readonly string[] | null,
): Promise<{ version: number; hits: RuleHit[] }> {
  const cost = getCostColumn(query.metric);
  const [inForce, rows] = await Promise.all([
    findRulesInForce(deps.store),
    deps.lake.queryKept(`SELECT rule, BillingCurrency AS currency, sum(bill_rows)::INTEGER AS bill_rows, coalesce(sum(${cost}), 0)::VARCHAR AS amount,
        ${buildUnstatedSql(query.metric)} AS unstated
      FROM ${await deps.lake.relation(deps.store, allocatedDaily)} ${buildCoverageCondition(query, teams)} GROUP BY ALL ORDER BY currency`),
  ]);
  const currencies = [...new Set(rows.map((row) => String(row.currency)))];
  const found = new Map(rows.map((row) => [`${String(row.currency)} ${String(row.rule)}`, row]));
  const whole = (currency: string) =>
    rows.reduce((sum, row) => (row.currency === currency ? sum.plus(String(row.amount)) : sum), decimal(0));
  const ruled = new Set(rows.map((row) => row.rule));
  const listed = inForce.rules.map(({ name }) => name).filter((name) => teams === null || ruled.has(name));
  const names = [...new Set(listed), ...(teams === null ? [null] : [])];
  const hits = currencies.flatMap((currency) => {
    const total = decimalString(whole(currency));
    return names.map((rule): RuleHit => {
      const row = found.get(`${currency} ${String(rule)}`);
      const amount = row === undefined ? '0' : toExact(row.amount);
      const [billRows, rowsWithoutMetric] = [Number(row?.bill_rows ?? 0), Number(row?.unstated ?? 0)];
      return { rule, currency, billRows, rowsWithoutMetric, amount, share: divideToRatio(amount, total) };
    });
  });
  return { version: inForce.version, hits };
}
