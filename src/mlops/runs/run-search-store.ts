import { type Expression, sql as raw, type SelectQueryBuilder, type SqlBool } from 'kysely';
import type { Sql } from '../../platform/store/index.ts';
import {
  buildAfterCondition,
  buildSelectedSteps,
  type Comparison,
  compare,
  type KeysetPosition,
  type Ordering,
  orderList,
  readPosition,
  sortColumns,
} from '../wire/index.ts';
import { isWanted, type RunMatch } from './run-conditions.ts';
import type { RunCostTables } from './run-cost/store.ts';
import { buildJoinedSteps, buildOrderingSteps, orderJoins, TAIL } from './run-order.ts';
import { runInfo } from './run-store.ts';
import type { TrackingTables } from './tables.ts';
import type { RunInfo } from './types.ts';

export interface RunQuery extends RunMatch {
  readonly orderings: readonly Ordering[];
  readonly position: KeysetPosition | null;
  readonly limit: number;
}

export interface RunPage {
  readonly runs: RunInfo[];
  readonly positions: KeysetPosition[];
}

/**
 * Runs that match all comparisons, by semi-joins; ties go to the newest start, then to the run id. Few runs are sorted;
 * many are read in the order of an index where there is one: by start, or by a metric's value.
 */
export async function searchRuns(sql: Sql, query: RunQuery, few = FEW): Promise<RunPage> {
  const [first] = query.orderings;
  const scarce = await findScarcest(sql, query, few);
  if (scarce === null && first?.entity === 'cost' && first.attribute?.kind === 'number') {
    return sortRunsByCost(sql, query, first);
  }
  if (scarce !== null || first?.entity !== 'metric') return selectSortedRuns(sql, query, scarce ?? 'all');
  return sortRunsByMetric(sql, query, first);
}

/** `among`: the most selective comparison, read first; `also`: a condition in addition to the query's. */
async function selectSortedRuns(
  sql: Sql,
  query: RunQuery,
  among: Comparison | 'all',
  also: Expression<SqlBool> = raw<SqlBool>`true`,
): Promise<RunPage> {
  const steps = [...buildJoinedSteps(query.orderings), ...TAIL];
  // In this order for SQLite, which keeps it; PostgreSQL's planner finds the order without it.
  const [from, wanted] =
    among === 'all'
      ? [raw`run`, isWanted(query)]
      : [
          raw`${selectRunsByValue(sql, among)} as scarce cross join run`,
          raw`run.run_id = scarce.run_id and ${isWanted(query, raw.ref('scarce.run_id'))}`,
        ];
  const columns = raw.join(sortColumns(steps));
  const matching = raw<TrackingTables['run']>`(select run.*, ${columns} from ${from} ${orderJoins(query.orderings)}
    where ${wanted} and ${also})`;
  const selected = buildSelectedSteps(steps, 'page');
  let page = sql.tables<TrackingTables>().selectFrom(matching.as('page')).selectAll('page');
  if (query.position !== null) page = page.where(buildAfterCondition(selected, query.position));
  const rows = await page.orderBy(orderList(selected)).limit(query.limit).execute();
  return { runs: rows.map(runInfo), positions: rows.map((row) => readPosition({ ...row }, steps)) };
}

/** The runs that match all comparisons, nothing selected of them yet. */
export function selectMatchingRuns(sql: Sql, match: RunMatch) {
  return sql.tables<TrackingTables>().selectFrom('run').where(isWanted(match));
}

/** Up to this number of runs, sorting is faster than reading an index of all runs past those that do not match. */
const FEW = 2000;

/** The comparison that leaves few runs and that an index answers, `all` when there are few anyway, else null. */
async function findScarcest(sql: Sql, query: RunQuery, few: number): Promise<Comparison | 'all' | null> {
  const inScope = selectMatchingRuns(sql, { ...query, comparisons: [] });
  const metrics = query.comparisons.filter((comparison) => needsNumber(comparison, comparison.key));
  const [fewRuns, ...fewByValue] = await Promise.all([
    isFew(sql, inScope.select('run.run_id'), few),
    ...metrics.map((comparison) => isFew(sql, selectRunsByValue(sql, comparison), few)),
  ]);
  if (fewRuns) return 'all';
  return metrics.find((_, index) => fewByValue[index]) ?? null;
}

async function isFew(
  sql: Sql,
  runs: SelectQueryBuilder<TrackingTables, never, { run_id: string }>,
  few: number,
): Promise<boolean> {
  const counted = sql.tables<TrackingTables>().selectFrom(runs.limit(few + 1).as('some'));
  const row = await counted.select((eb) => eb.fn.countAll<number>().as('rows')).executeTakeFirstOrThrow();
  return row.rows <= few;
}

/** Reads both partial indexes of `latest_metric`; the planner uses each only if the query repeats the condition of the index literally. */
function selectRunsByValue(sql: Sql, comparison: Comparison) {
  const where = (rests: 0 | 1) =>
    sql
      .tables<TrackingTables>()
      .selectFrom('latest_metric')
      .select('latest_metric.run_id')
      .where('latest_metric.key', '=', comparison.key)
      .where('latest_metric.is_nan', '=', 0)
      .where(raw<SqlBool>`latest_metric.rests = ${raw.lit(rests)}`)
      .where(compare(raw.ref('latest_metric.value'), comparison));
  const resting = where(1).unionAll(where(0));
  return sql.tables<TrackingTables>().selectFrom(resting.as('of_value')).select('of_value.run_id');
}

/** First those with a number, in the order of the index; then, when these were not enough, those with NaN or nothing. */
async function sortRunsByMetric(sql: Sql, query: RunQuery, metric: Ordering): Promise<RunPage> {
  const { position } = query;
  const numbers = position !== null && position[0] !== 0 ? EMPTY : await listNumberedRuns(sql, query, metric);
  const limit = query.limit - numbers.runs.length;
  const impliesNumber = query.comparisons.some((comparison) => needsNumber(comparison, metric.key));
  if (limit === 0 || impliesNumber) return numbers;
  const noNumber = raw<SqlBool>`run.run_id not in (
    select run_id from latest_metric where key = ${metric.key} and is_nan = 0 and rests = 1
    union all select run_id from latest_metric where key = ${metric.key} and is_nan = 0 and rests = 0)`;
  const rest = await selectSortedRuns(sql, { ...query, limit }, 'all', noNumber);
  return { runs: [...numbers.runs, ...rest.runs], positions: [...numbers.positions, ...rest.positions] };
}

/** True when no run matches whose metric of this key is missing or NaN. */
function needsNumber({ entity, key, operator }: Comparison, metricKey: string): boolean {
  return entity === 'metric' && key === metricKey && operator !== '!=';
}

const ORDERED_RUN = raw.ref<string>('ordered.run_id');
const EMPTY: RunPage = { runs: [], positions: [] };

async function listNumberedRuns(sql: Sql, query: RunQuery, metric: Ordering): Promise<RunPage> {
  const tables = sql.tables<TrackingTables>();
  const value = { expression: raw.ref('ordered.value'), ascending: metric.ascending };
  const steps = [value, ...buildOrderingSteps(query.orderings.slice(1)), ...TAIL];
  const ofSameMetric = query.comparisons.filter((comparison) => needsNumber(comparison, metric.key));
  const from = (rests: 0 | 1) => {
    let runs = tables
      .selectFrom('latest_metric as ordered')
      // In this order for SQLite, which keeps it; PostgreSQL's planner finds the order without it.
      .crossJoin('run')
      .selectAll('run')
      .select(sortColumns(steps))
      .where('ordered.key', '=', metric.key)
      .where('ordered.is_nan', '=', 0)
      .where(raw<SqlBool>`ordered.rests = ${raw.lit(rests)}`)
      .whereRef('run.run_id', '=', 'ordered.run_id')
      .where(isWanted(query, ORDERED_RUN));
    // Repeated for the column of the index, the condition bounds the range that is read from the index.
    for (const comparison of ofSameMetric) runs = runs.where(compare(value.expression, comparison));
    if (query.position !== null) runs = runs.where(buildAfterCondition(steps, query.position.slice(1)));
    return tables.selectFrom(runs.orderBy(orderList(steps)).limit(query.limit).as('some')).selectAll('some');
  };
  const both = from(1).unionAll(from(0)).as('page');
  const ordered = tables
    .selectFrom(both)
    .selectAll('page')
    .orderBy(orderList(buildSelectedSteps(steps, 'page')));
  const rows = await ordered.limit(query.limit).execute();
  return { runs: rows.map(runInfo), positions: rows.map((row) => [0, ...readPosition({ ...row }, steps)]) };
}

/** Sorts as by a metric: first the runs with a known cost, through its index; then, if the page is not full, the others. */
async function sortRunsByCost(sql: Sql, query: RunQuery, cost: Ordering): Promise<RunPage> {
  const { position } = query;
  const known = position !== null && position[0] !== 0 ? EMPTY : await listCostedRuns(sql, query, cost);
  const limit = query.limit - known.runs.length;
  if (limit === 0 || query.comparisons.some(({ entity, key }) => entity === 'cost' && key === cost.key)) return known;
  const unknown = raw<SqlBool>`run.run_id not in (select run_id from run_cost where ${raw.ref(cost.key)} is not null)`;
  const rest = await selectSortedRuns(sql, { ...query, limit }, 'all', unknown);
  return { runs: [...known.runs, ...rest.runs], positions: [...known.positions, ...rest.positions] };
}

async function listCostedRuns(sql: Sql, query: RunQuery, cost: Ordering): Promise<RunPage> {
  const value = { expression: raw.ref(`ordered.${cost.key}`), ascending: cost.ascending };
  const steps = [value, ...buildOrderingSteps(query.orderings.slice(1)), ...TAIL];
  let runs = sql
    .tables<TrackingTables & RunCostTables>()
    .selectFrom('run_cost as ordered')
    .crossJoin('run')
    .selectAll('run')
    .select(sortColumns(steps))
    .where(raw<SqlBool>`${value.expression} is not null`)
    .whereRef('run.run_id', '=', 'ordered.run_id')
    .where(isWanted(query, ORDERED_RUN));
  // Repeated for the column of the index, the condition bounds the range that is read from the index.
  for (const comparison of query.comparisons) {
    if (comparison.entity === 'cost' && comparison.key === cost.key) {
      runs = runs.where(compare(value.expression, comparison));
    }
  }
  if (query.position !== null) runs = runs.where(buildAfterCondition(steps, query.position.slice(1)));
  const rows = await runs.orderBy(orderList(steps)).limit(query.limit).execute();
  return { runs: rows.map(runInfo), positions: rows.map((row) => [0, ...readPosition({ ...row }, steps)]) };
}
