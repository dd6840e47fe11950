import { type Expression, sql as raw, type SqlBool } from 'kysely';
import type { OwnerLimit } from '../../platform/http/index.ts';
import type { Sql } from '../../platform/store/index.ts';
import { buildInheritedOwnerCondition, type LoggedModel, type TrackingTables } from '../runs/index.ts';
import {
  boundJoins,
  buildAfterCondition,
  buildSelectedSteps,
  type Comparison,
  compare,
  type KeysetPosition,
  type Ordering,
  orderList,
  readPosition,
  type SortStep,
  sortColumns,
} from '../wire/index.ts';
import { findLoggedModelDetails, type LoggedModelRow } from './logged-model-store.ts';

/** At least one of both. */
export interface DatasetScope {
  /** null: any name. */
  readonly name: string | null;
  /** null: any digest. */
  readonly digest: string | null;
}

export interface LoggedModelOrdering extends Ordering {
  readonly dataset: DatasetScope | null;
}

export interface LoggedModelQuery {
  readonly experimentIds: readonly number[];
  /** Only models of these owners; null: of all. */
  readonly owners: OwnerLimit | null;
  readonly comparisons: readonly Comparison[];
  /** Metric comparisons use only metrics of these datasets; empty: all metrics. */
  readonly datasets: readonly DatasetScope[];
  readonly orderings: readonly LoggedModelOrdering[];
  readonly position: KeysetPosition | null;
  readonly limit: number;
}

export function countModelPositionValues(orderings: readonly LoggedModelOrdering[]): number {
  return 2 * orderings.length + TAIL.length;
}

const TAIL: readonly SortStep[] = [
  { expression: raw.ref('logged_model.creation_timestamp'), ascending: false },
  { expression: raw.ref('logged_model.model_id'), ascending: true },
];

/** Models that match all comparisons; ties go to the newest, then to the model id. */
export async function searchLoggedModels(
  sql: Sql,
  query: LoggedModelQuery,
): Promise<{ models: LoggedModel[]; positions: KeysetPosition[] }> {
  const steps = [...query.orderings.flatMap(buildOrderingSteps), ...TAIL];
  let matching = sql
    .tables<TrackingTables>()
    .selectFrom('logged_model')
    .selectAll('logged_model')
    .select(sortColumns(steps))
    .where('lifecycle_stage', '=', 'active')
    .where('experiment_id', 'in', query.experimentIds);
  for (const condition of boundJoins(buildConditions(query))) matching = matching.where(condition);
  const selected = buildSelectedSteps(steps, 'page');
  let page = sql.tables<TrackingTables>().selectFrom(matching.as('page')).selectAll('page');
  if (query.position !== null) page = page.where(buildAfterCondition(selected, query.position));
  const rows = await page.orderBy(orderList(selected)).limit(query.limit).execute();
  const models: readonly LoggedModelRow[] = rows;
  return {
    models: await findLoggedModelDetails(sql, models),
    positions: rows.map((row) => readPosition({ ...row }, steps)),
  };
}

const OWNER = { runId: raw.ref('logged_model.source_run_id'), experimentId: raw.ref('logged_model.experiment_id') };

function buildConditions(query: LoggedModelQuery): Expression<SqlBool>[] {
  const { owners } = query;
  const wanted = [
    ...(owners === null ? [] : [buildInheritedOwnerCondition(owners, OWNER)]),
    ...query.comparisons.map((comparison) => buildCondition(comparison, query.datasets)),
  ];
  const scoped = query.comparisons.some((comparison) => comparison.entity === 'metric');
  if (query.datasets.length === 0 || scoped) return wanted;
  return [...wanted, raw`exists (${selectMetrics()} and ${buildDatasetsCondition(query.datasets)})`];
}

function buildCondition(comparison: Comparison, datasets: readonly DatasetScope[]): Expression<SqlBool> {
  const { entity, key } = comparison;
  if (entity === 'attribute') return compare(raw.ref(`logged_model.${key}`), comparison);
  const value = compare(raw.ref('m.value'), comparison);
  if (entity === 'metric') {
    return raw`exists (${selectMetrics()} and m.key = ${key} and m.is_nan = 0 and ${value} and ${buildDatasetsCondition(datasets)})`;
  }
  const table = raw.table(entity === 'param' ? 'logged_model_param' : 'logged_model_tag');
  return raw`exists (select 1 from ${table} as m where m.model_id = logged_model.model_id and m.key = ${key} and ${value})`;
}

function selectMetrics(): Expression<unknown> {
  return raw`select 1 from logged_model_metric as m where m.model_id = logged_model.model_id`;
}

function buildDatasetsCondition(datasets: readonly DatasetScope[]): Expression<SqlBool> {
  if (datasets.length === 0) return raw`1 = 1`;
  return raw`(${raw.join(datasets.map(buildDatasetCondition), raw` or `)})`;
}

function buildDatasetCondition({ name, digest }: DatasetScope): Expression<SqlBool> {
  const named = name === null ? raw<SqlBool>`1 = 1` : raw<SqlBool>`m.dataset_name = ${name}`;
  return digest === null ? named : raw`(${named} and m.dataset_digest = ${digest})`;
}

function buildOrderingSteps({ entity, key, attribute, ascending, dataset }: LoggedModelOrdering): SortStep[] {
  const none = entity === 'metric' || attribute?.kind === 'number' ? raw.lit(0) : raw.lit('');
  const value = entity === 'metric' ? selectNewestMetric(key, dataset) : raw.ref(`logged_model.${key}`);
  return [
    { expression: raw`case when ${value} is null then 1 else 0 end`, ascending: true },
    { expression: raw`coalesce(${value}, ${none})`, ascending },
  ];
}

function selectNewestMetric(key: string, dataset: DatasetScope | null): Expression<unknown> {
  const scope = dataset === null ? raw`1 = 1` : buildDatasetCondition(dataset);
  return raw`(select m.value from logged_model_metric as m where m.model_id = logged_model.model_id and m.key = ${key} and m.is_nan = 0 and ${scope} order by m.timestamp desc, m.step desc, m.run_id limit 1)`;
}
