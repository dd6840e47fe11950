import { type Expression, expressionBuilder, sql as raw, type SqlBool } from 'kysely';
import type { OwnerLimit } from '../../platform/http/index.ts';
import type { Sql } from '../../platform/store/index.ts';
import {
  boundJoins,
  buildAfterCondition,
  type Comparison,
  compare,
  type KeysetPosition,
  orderList,
  readPosition,
  type SortStep,
  sortColumns,
} from '../wire/index.ts';
import { splitIntoChunks } from './key-value-store.ts';
import { buildOwnerCondition } from './owner-condition.ts';
import type { LifecycleStage, TrackingTables } from './tables.ts';
import type { Experiment, KeyValue } from './types.ts';

type ExperimentRow = TrackingTables['experiment'];

/**
 * Ids only increase, deleted experiments included; two servers that take the same id concurrently conflict and retry.
 */
export async function takeExperimentId(sql: Sql): Promise<number> {
  const query = sql.tables<TrackingTables>().selectFrom('experiment');
  const row = await query.select((eb) => eb.fn.max('experiment_id').as('last')).executeTakeFirst();
  return (row?.last ?? 0) + 1;
}

export async function insertExperiment(sql: Sql, row: ExperimentRow): Promise<void> {
  await sql.tables<TrackingTables>().insertInto('experiment').values(row).execute();
}

export async function findExperiment(sql: Sql, experimentId: number): Promise<Experiment | null> {
  const query = sql.tables<TrackingTables>().selectFrom('experiment').selectAll();
  return addTags(sql, await query.where('experiment_id', '=', experimentId).execute());
}

export async function findExperimentByName(sql: Sql, name: string): Promise<Experiment | null> {
  const query = sql.tables<TrackingTables>().selectFrom('experiment').selectAll();
  return addTags(sql, await query.where('name', '=', name).execute());
}

/** Names by id. */
export async function findExperimentNames(sql: Sql, experimentIds: readonly number[]): Promise<Map<number, string>> {
  const names = new Map<number, string>();
  for (const ids of splitIntoChunks(experimentIds, 1000)) {
    const query = sql.tables<TrackingTables>().selectFrom('experiment').select(['experiment_id', 'name']);
    for (const row of await query.where('experiment_id', 'in', ids).execute()) names.set(row.experiment_id, row.name);
  }
  return names;
}

async function addTags(sql: Sql, rows: readonly ExperimentRow[]): Promise<Experiment | null> {
  const [experiment] = await findExperimentDetails(sql, rows);
  return experiment ?? null;
}

export async function updateExperiment(
  sql: Sql,
  experimentId: number,
  change: Partial<Pick<ExperimentRow, 'name' | 'lifecycle_stage'>> & { readonly last_update_time: number },
): Promise<void> {
  await sql
    .tables<TrackingTables>()
    .updateTable('experiment')
    .set(change)
    .where('experiment_id', '=', experimentId)
    .execute();
}

export async function upsertExperimentTags(sql: Sql, experimentId: number, tags: readonly KeyValue[]): Promise<void> {
  for (const { key, value } of tags) {
    await sql
      .tables<TrackingTables>()
      .insertInto('experiment_tag')
      .values({ experiment_id: experimentId, key, value })
      .onConflict((of) => of.columns(['experiment_id', 'key']).doUpdateSet({ value }))
      .execute();
  }
}

/** True when there was such a tag. */
export async function deleteExperimentTag(sql: Sql, experimentId: number, key: string): Promise<boolean> {
  const query = sql.tables<TrackingTables>().deleteFrom('experiment_tag');
  const result = await query.where('experiment_id', '=', experimentId).where('key', '=', key).executeTakeFirst();
  return result.numDeletedRows > 0n;
}

export interface ExperimentQuery {
  readonly stages: readonly LifecycleStage[];
  readonly comparisons: readonly Comparison[];
  /** Only those of these owners; null: of all. */
  readonly owners: OwnerLimit | null;
  readonly order: readonly { readonly column: keyof ExperimentRow; readonly ascending: boolean }[];
  readonly position: KeysetPosition | null;
  readonly limit: number;
}

/** A page of experiments, with the position of each. */
export async function searchExperiments(
  sql: Sql,
  query: ExperimentQuery,
): Promise<{ experiments: Experiment[]; positions: KeysetPosition[] }> {
  const steps: SortStep[] = query.order.map(({ column, ascending }) => ({
    expression: raw.ref(`experiment.${column}`),
    ascending,
  }));
  let select = sql
    .tables<TrackingTables>()
    .selectFrom('experiment')
    .selectAll('experiment')
    .select(sortColumns(steps))
    .where('lifecycle_stage', 'in', query.stages);
  for (const condition of boundJoins(query.comparisons.map(buildCondition))) select = select.where(condition);
  if (query.owners !== null) {
    const tags = { table: 'experiment_tag', column: 'experiment_id', of: raw.ref('experiment.experiment_id') } as const;
    select = select.where(buildOwnerCondition(query.owners, tags));
  }
  if (query.position !== null) select = select.where(buildAfterCondition(steps, query.position));
  const rows = await select.orderBy(orderList(steps)).limit(query.limit).execute();
  return {
    experiments: await findExperimentDetails(sql, rows),
    positions: rows.map((row) => readPosition({ ...row }, steps)),
  };
}

function buildCondition(comparison: Comparison): Expression<SqlBool> {
  const eb = expressionBuilder<TrackingTables, 'experiment'>();
  if (comparison.entity === 'attribute') return compare(raw.ref(`experiment.${comparison.key}`), comparison);
  const tags = eb
    .selectFrom('experiment_tag')
    .select('experiment_tag.key')
    .whereRef('experiment_tag.experiment_id', '=', 'experiment.experiment_id')
    .where('experiment_tag.key', '=', comparison.key);
  if (comparison.operator === 'IS NULL') return eb.not(eb.exists(tags));
  if (comparison.operator === 'IS NOT NULL') return eb.exists(tags);
  return eb.exists(tags.where(compare(raw.ref('experiment_tag.value'), comparison)));
}

async function findExperimentDetails(sql: Sql, rows: readonly ExperimentRow[]): Promise<Experiment[]> {
  const tags = new Map<number, KeyValue[]>(rows.map((row) => [row.experiment_id, []]));
  for (const ids of splitIntoChunks([...tags.keys()], 1000)) {
    const query = sql.tables<TrackingTables>().selectFrom('experiment_tag').selectAll();
    for (const row of await query.where('experiment_id', 'in', ids).orderBy('key').execute()) {
      tags.get(row.experiment_id)?.push({ key: row.key, value: row.value });
    }
  }
  return rows.map((row) => ({
    experimentId: row.experiment_id,
    name: row.name,
    artifactLocation: row.artifact_location,
    lifecycleStage: row.lifecycle_stage,
    creationTime: row.creation_time,
    lastUpdateTime: row.last_update_time,
    tags: tags.get(row.experiment_id) ?? [],
  }));
}

/** Id of the experiment that has this tag with this value, or null. */
export async function findExperimentIdByTag(sql: Sql, key: string, value: string): Promise<number | null> {
  const query = sql.tables<TrackingTables>().selectFrom('experiment_tag').select('experiment_id');
  const row = await query.where('key', '=', key).where('value', '=', value).executeTakeFirst();
  return row?.experiment_id ?? null;
}
