import { type Expression, type ExpressionBuilder, sql as raw, type SqlBool } from 'kysely';
import type { Sql } from '../../platform/store/index.ts';
import {
  after,
  type Comparison,
  compare,
  invalidFilter,
  type KeysetPosition,
  type Ordering,
  orderList,
  positionOf,
  type SortStep,
  selectedSteps,
  sortColumns,
} from '../wire/index.ts';
import { runInfo } from './run-store.ts';
import type { LifecycleStage, TrackingTables } from './tables.ts';
import type { RunInfo } from './types.ts';

export interface RunQuery {
  /** null: of all experiments. */
  readonly experimentIds: readonly number[] | null;
  readonly stages: readonly LifecycleStage[];
  readonly comparisons: readonly Comparison[];
  readonly orderings: readonly Ordering[];
  readonly position: KeysetPosition | null;
  readonly limit: number;
}

export interface RunPage {
  readonly runs: RunInfo[];
  readonly positions: KeysetPosition[];
}

/** Each ordering sorts by presence first: values, then NaN, then missing, in both directions. */
export function positionLength(orderings: readonly Ordering[]): number {
  return 2 * orderings.length + TAIL.length;
}

/** Runs that match all comparisons, by semi-joins; ties go to the newest start, then to the run id. */
export async function searchRuns(sql: Sql, query: RunQuery): Promise<RunPage> {
  const steps = [...query.orderings.flatMap(orderingSteps), ...TAIL];
  let matching = sql
    .tables<TrackingTables>()
    .selectFrom('run')
    .selectAll('run')
    .select(sortColumns(steps))
    .where('run.lifecycle_stage', 'in', query.stages);
  if (query.experimentIds !== null) matching = matching.where('run.experiment_id', 'in', query.experimentIds);
  for (const comparison of query.comparisons) matching = matching.where((eb) => matches(eb, comparison));
  const selected = selectedSteps(steps, 'page');
  let page = sql.tables<TrackingTables>().selectFrom(matching.as('page')).selectAll('page');
  if (query.position !== null) page = page.where(after(selected, query.position));
  const rows = await page.orderBy(orderList(selected)).limit(query.limit).execute();
  return { runs: rows.map(runInfo), positions: rows.map((row) => positionOf({ ...row }, steps)) };
}

const TAIL: readonly SortStep[] = [
  { expression: raw.ref('run.start_time'), ascending: false },
  { expression: raw.ref('run.run_id'), ascending: true },
];

const TABLES = { metric: 'latest_metric', param: 'param', tag: 'tag' } as const;

function orderingSteps(ordering: Ordering): SortStep[] {
  const { rank, value } = sortValues(ordering);
  return [
    { expression: rank, ascending: true },
    { expression: value, ascending: ordering.ascending },
  ];
}

/** `rank`: 0 for a value, 1 for NaN, 2 for none. */
function sortValues({ entity, key, attribute }: Ordering): { rank: Expression<unknown>; value: Expression<unknown> } {
  if (entity === 'attribute') {
    const column = raw.ref(`run.${key}`);
    const none = attribute?.kind === 'number' ? raw.lit(0) : raw.lit('');
    return { rank: raw`case when ${column} is null then 2 else 0 end`, value: raw`coalesce(${column}, ${none})` };
  }
  if (entity === 'dataset') throw invalidFilter(`Invalid identifier type '${entity}'`);
  const none = entity === 'metric' ? raw.lit(0) : raw.lit('');
  const nan = entity === 'metric' ? raw`of_key.is_nan` : raw.lit(0);
  const pick = (what: Expression<unknown>) =>
    raw`(select ${what} from ${raw.table(TABLES[entity])} as of_key where of_key.run_id = run.run_id and of_key.key = ${key})`;
  return { rank: raw`coalesce(${pick(nan)}, 2)`, value: raw`coalesce(${pick(raw`of_key.value`)}, ${none})` };
}

type RunBuilder = ExpressionBuilder<TrackingTables, 'run'>;

function matches(eb: RunBuilder, comparison: Comparison): Expression<SqlBool> {
  if (comparison.entity === 'attribute') return compare(raw.ref(`run.${comparison.key}`), comparison);
  if (comparison.entity === 'dataset') return matchesDataset(eb, comparison);
  if (comparison.entity === 'metric') return matchesMetric(eb, comparison);
  const table = raw.table(TABLES[comparison.entity]);
  const ofKey = raw`select 1 from ${table} as of_key where of_key.run_id = run.run_id and of_key.key = ${comparison.key}`;
  if (comparison.operator === 'IS NULL') return raw`not exists (${ofKey})`;
  if (comparison.operator === 'IS NOT NULL') return raw`exists (${ofKey})`;
  return raw`exists (${ofKey} and ${compare(raw.ref('of_key.value'), comparison)})`;
}

/** NaN is unequal to every number and never greater or smaller; it is stored as 0 beside a flag. */
function matchesMetric(eb: RunBuilder, comparison: Comparison): Expression<SqlBool> {
  const value = compare(raw.ref('of_key.value'), comparison);
  const isNumber = raw<SqlBool>`of_key.is_nan = 0`;
  return eb.exists(
    eb
      .selectFrom('latest_metric as of_key')
      .select('of_key.key')
      .whereRef('of_key.run_id', '=', 'run.run_id')
      .where('of_key.key', '=', comparison.key)
      .where(comparison.operator === '!=' ? eb.or([value, eb.not(isNumber)]) : eb.and([value, isNumber])),
  );
}

function matchesDataset(eb: RunBuilder, comparison: Comparison): Expression<SqlBool> {
  if (comparison.key === 'context') {
    const contexts = eb
      .selectFrom('dataset_input_tag')
      .select('dataset_input_tag.key')
      .whereRef('dataset_input_tag.run_id', '=', 'run.run_id')
      .where('dataset_input_tag.key', '=', 'mlflow.data.context');
    return eb.exists(contexts.where(compare(raw.ref('dataset_input_tag.value'), comparison)));
  }
  const datasets = eb
    .selectFrom('dataset_input')
    .innerJoin('dataset', 'dataset.dataset_id', 'dataset_input.dataset_id')
    .select('dataset.dataset_id')
    .whereRef('dataset_input.run_id', '=', 'run.run_id');
  return eb.exists(datasets.where(compare(raw.ref(`dataset.${comparison.key}`), comparison)));
}
