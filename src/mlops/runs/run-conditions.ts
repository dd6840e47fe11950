import { type Expression, type ExpressionBuilder, expressionBuilder, sql as raw, type SqlBool } from 'kysely';
import type { OwnerLimit } from '../../platform/http/index.ts';
import { boundJoins, type Comparison, compare } from '../wire/index.ts';
import { buildOwnerCondition } from './owner-condition.ts';
import type { LifecycleStage, TrackingTables } from './tables.ts';

/** Selection of runs. */
export interface RunMatch {
  /** null: of all experiments. */
  readonly experimentIds: readonly number[] | null;
  readonly stages: readonly LifecycleStage[];
  readonly comparisons: readonly Comparison[];
  /** Only runs of these owners; null and left out: of all. */
  readonly owners?: OwnerLimit | null | undefined;
}

/** Tables that hold a run's keys and values. */
export const KEYED_TABLES = { metric: 'latest_metric', param: 'param', tag: 'tag' } as const;

const RUN_ID = raw.ref<string>('run.run_id');

/**
 * The condition on `run`. `owner` is the id of the same run in the table that is read first: the store then checks
 * values of the run before the run's row, which it rarely needs for runs that do not match.
 */
export function isWanted(
  { experimentIds, stages, comparisons, owners = null }: RunMatch,
  owner: Expression<string> = RUN_ID,
): Expression<SqlBool> {
  const eb = expressionBuilder<TrackingTables, 'run'>();
  const inStages = eb('run.lifecycle_stage', 'in', stages);
  const inExperiments = experimentIds === null ? [] : [eb('run.experiment_id', 'in', experimentIds)];
  return eb.and([
    inStages,
    ...inExperiments,
    ...(owners === null ? [] : [buildRunOwnerCondition(owners)]),
    ...boundJoins(comparisons.map((comparison) => buildCondition(eb, comparison, owner))),
  ]);
}

/** The tags of a run count before those of its experiment. */
function buildRunOwnerCondition(owners: OwnerLimit): Expression<SqlBool> {
  const ofExperiment = { table: 'experiment_tag', column: 'experiment_id', of: raw.ref('run.experiment_id') } as const;
  return buildOwnerCondition(owners, { table: 'tag', column: 'run_id', of: RUN_ID }, ofExperiment);
}

type RunBuilder = ExpressionBuilder<TrackingTables, 'run'>;

function buildCondition(eb: RunBuilder, comparison: Comparison, owner: Expression<string>): Expression<SqlBool> {
  if (comparison.entity === 'attribute') return compare(buildAttribute(comparison.key), comparison);
  if (comparison.entity === 'dataset') return buildDatasetCondition(eb, comparison, owner);
  if (comparison.entity === 'metric') return buildMetricCondition(eb, comparison, owner);
  if (comparison.entity === 'cost') {
    // An unknown cost is null, which no comparison matches.
    const matching = compare(raw.ref(`run_cost.${comparison.key}`), comparison);
    return raw`exists (select 1 from run_cost where run_cost.run_id = ${owner} and ${matching})`;
  }
  const table = raw.table(KEYED_TABLES[comparison.entity]);
  const ofKey = raw`select 1 from ${table} as of_key where of_key.run_id = ${owner} and of_key.key = ${comparison.key}`;
  if (comparison.operator === 'IS NULL') return raw`not exists (${ofKey})`;
  if (comparison.operator === 'IS NOT NULL') return raw`exists (${ofKey})`;
  return raw`exists (${ofKey} and ${compare(raw.ref('of_key.value'), comparison)})`;
}

/** NaN is unequal to every number and never greater or smaller; it is stored as 0 with a flag. */
function buildMetricCondition(eb: RunBuilder, comparison: Comparison, owner: Expression<string>): Expression<SqlBool> {
  const value = compare(raw.ref('of_key.value'), comparison);
  const isNumber = raw<SqlBool>`of_key.is_nan = 0`;
  return eb.exists(
    eb
      .selectFrom('latest_metric as of_key')
      .select('of_key.key')
      .where('of_key.run_id', '=', owner)
      .where('of_key.key', '=', comparison.key)
      .where(comparison.operator === '!=' ? eb.or([value, eb.not(isNumber)]) : eb.and([value, isNumber])),
  );
}

function buildDatasetCondition(eb: RunBuilder, comparison: Comparison, owner: Expression<string>): Expression<SqlBool> {
  if (comparison.key === 'context') {
    const contexts = eb
      .selectFrom('dataset_input_tag')
      .select('dataset_input_tag.key')
      .where('dataset_input_tag.run_id', '=', owner)
      .where('dataset_input_tag.key', '=', 'mlflow.data.context');
    return eb.exists(contexts.where(compare(raw.ref('dataset_input_tag.value'), comparison)));
  }
  const datasets = eb
    .selectFrom('dataset_input')
    .innerJoin('dataset', 'dataset.dataset_id', 'dataset_input.dataset_id')
    .select('dataset.dataset_id')
    .where('dataset_input.run_id', '=', owner);
  return eb.exists(datasets.where(compare(raw.ref(`dataset.${comparison.key}`), comparison)));
}

/** SQL of an attribute of a run; the duration is in milliseconds, null until the run has ended. */
export function buildAttribute(key: string): Expression<unknown> {
  return key === 'duration' ? raw`(run.end_time - run.start_time)` : raw.ref(`run.${key}`);
}
