import { isAmong, type Sql } from '../../platform/store/index.ts';
import type { TrackingTables } from './tables.ts';
import type { KeyValue } from './types.ts';

/** Rows per insert statement: within the parameter limits of both engines, and few distinct texts for their statement caches. */
const ROWS_A_STATEMENT = 100;
/** Owners per select statement. */
const OWNERS_A_STATEMENT = 1000;

export function* splitIntoChunks<T>(items: readonly T[], size = ROWS_A_STATEMENT): Generator<T[]> {
  for (let start = 0; start < items.length; start += size) yield items.slice(start, start + size);
}

type RunTable = 'tag' | 'param';
type ModelTable = 'logged_model_tag' | 'logged_model_param';

/** Sets values, the last of a repeated key winning. */
export async function upsertRunTags(sql: Sql, runId: string, tags: readonly KeyValue[]): Promise<void> {
  for (const rows of splitIntoChunks(selectLastOfEach(tags))) {
    await sql
      .tables<TrackingTables>()
      .insertInto('tag')
      .values(rows.map(({ key, value }) => ({ run_id: runId, key, value })))
      .onConflict((of) => of.columns(['run_id', 'key']).doUpdateSet((eb) => ({ value: eb.ref('excluded.value') })))
      .execute();
  }
}

/** Stores params that the run does not have yet; existing params do not change. */
export async function insertNewParams(sql: Sql, runId: string, params: readonly KeyValue[]): Promise<void> {
  for (const rows of splitIntoChunks(params)) {
    await sql
      .tables<TrackingTables>()
      .insertInto('param')
      .values(rows.map(({ key, value }) => ({ run_id: runId, key, value })))
      .onConflict((of) => of.columns(['run_id', 'key']).doNothing())
      .execute();
  }
}

export async function upsertModelTags(sql: Sql, modelId: string, tags: readonly KeyValue[]): Promise<void> {
  for (const rows of splitIntoChunks(selectLastOfEach(tags))) {
    await sql
      .tables<TrackingTables>()
      .insertInto('logged_model_tag')
      .values(rows.map(({ key, value }) => ({ model_id: modelId, key, value })))
      .onConflict((of) => of.columns(['model_id', 'key']).doUpdateSet((eb) => ({ value: eb.ref('excluded.value') })))
      .execute();
  }
}

export async function upsertModelParams(sql: Sql, modelId: string, params: readonly KeyValue[]): Promise<void> {
  for (const rows of splitIntoChunks(selectLastOfEach(params))) {
    await sql
      .tables<TrackingTables>()
      .insertInto('logged_model_param')
      .values(rows.map(({ key, value }) => ({ model_id: modelId, key, value })))
      .onConflict((of) => of.columns(['model_id', 'key']).doUpdateSet((eb) => ({ value: eb.ref('excluded.value') })))
      .execute();
  }
}

/** Returns one pair for each key: the last one. */
export function selectLastOfEach(pairs: readonly KeyValue[]): KeyValue[] {
  return [...new Map(pairs.map((pair) => [pair.key, pair])).values()];
}

export async function runValues(
  sql: Sql,
  table: RunTable,
  runId: string,
  keys: readonly string[],
): Promise<KeyValue[]> {
  const found: KeyValue[] = [];
  for (const wanted of splitIntoChunks(keys)) {
    const query = sql.tables<TrackingTables>().selectFrom(table).select(['key', 'value']);
    found.push(...(await query.where('run_id', '=', runId).where('key', 'in', wanted).execute()));
  }
  return found;
}

/** The run's tags whose key starts with `prefix`. */
export async function runTagsWithPrefix(sql: Sql, runId: string, prefix: string): Promise<KeyValue[]> {
  return sql
    .tables<TrackingTables>()
    .selectFrom('tag')
    .select(['key', 'value'])
    .where('run_id', '=', runId)
    .where('key', 'like', `${prefix}%`)
    .orderBy('key')
    .execute();
}

/** True when there was such a tag. */
export async function deleteRunTag(sql: Sql, runId: string, key: string): Promise<boolean> {
  const tables = sql.tables<TrackingTables>();
  const result = await tables.deleteFrom('tag').where('run_id', '=', runId).where('key', '=', key).executeTakeFirst();
  return result.numDeletedRows > 0n;
}

export async function deleteModelTag(sql: Sql, modelId: string, key: string): Promise<boolean> {
  const query = sql.tables<TrackingTables>().deleteFrom('logged_model_tag');
  const result = await query.where('model_id', '=', modelId).where('key', '=', key).executeTakeFirst();
  return result.numDeletedRows > 0n;
}

/** Keys and values of many runs, by run id, each in order of key. */
export async function findRunValues(
  sql: Sql,
  table: RunTable,
  runIds: readonly string[],
): Promise<Map<string, KeyValue[]>> {
  const byRun = new Map<string, KeyValue[]>(runIds.map((runId) => [runId, []]));
  for (const ids of splitIntoChunks(runIds, OWNERS_A_STATEMENT)) {
    const query = sql.tables<TrackingTables>().selectFrom(table).select(['run_id', 'key', 'value']);
    for (const row of await query
      .where(isAmong(sql, 'run_id', ids))
      .orderBy('run_id')
      .orderBy('key')
      .execute()) {
      byRun.get(row.run_id)?.push({ key: row.key, value: row.value });
    }
  }
  return byRun;
}

export async function findModelValues(
  sql: Sql,
  table: ModelTable,
  modelIds: readonly string[],
): Promise<Map<string, KeyValue[]>> {
  const byModel = new Map<string, KeyValue[]>(modelIds.map((modelId) => [modelId, []]));
  for (const ids of splitIntoChunks(modelIds, OWNERS_A_STATEMENT)) {
    const query = sql.tables<TrackingTables>().selectFrom(table).select(['model_id', 'key', 'value']);
    for (const row of await query
      .where(isAmong(sql, 'model_id', ids))
      .orderBy('model_id')
      .orderBy('key')
      .execute()) {
      byModel.get(row.model_id)?.push({ key: row.key, value: row.value });
    }
  }
  return byModel;
}
