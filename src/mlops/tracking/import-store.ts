import type { Sql } from '../../platform/store/index.ts';
import type { LoggedModelRow } from '../logged-models/index.ts';
import type { KeyValue, RunInfo, TrackingTables } from '../runs/index.ts';
import { SUBJECT_TAG_PREFIX, selectLastOfEach, splitIntoChunks } from '../runs/index.ts';

/** Writes that only an import may do: fields that our clients may never change. */

export async function overwriteRun(sql: Sql, info: RunInfo): Promise<void> {
  await sql
    .tables<TrackingTables>()
    .updateTable('run')
    .set({
      run_name: info.runName,
      user_id: info.userId,
      status: info.status,
      start_time: info.startTime,
      end_time: info.endTime,
      lifecycle_stage: info.lifecycleStage,
    })
    .where('run_id', '=', info.runId)
    .execute();
}

export async function overwriteLoggedModel(sql: Sql, row: LoggedModelRow): Promise<void> {
  const { model_id, ...values } = row;
  await sql.tables<TrackingTables>().updateTable('logged_model').set(values).where('model_id', '=', model_id).execute();
}

/** Replaces the values by those of the source. Cost tags that were added here (`steelyard.team`…) stay. */
export async function replaceRunValues(
  sql: Sql,
  table: 'param' | 'tag',
  runId: string,
  values: readonly KeyValue[],
): Promise<void> {
  const tables = sql.tables<TrackingTables>();
  await tables
    .deleteFrom(table)
    .where('run_id', '=', runId)
    .where('key', 'not like', `${SUBJECT_TAG_PREFIX}%`)
    .execute();
  for (const part of splitIntoChunks(selectLastOfEach(values))) {
    await tables
      .insertInto(table)
      .values(part.map(({ key, value }) => ({ run_id: runId, key, value })))
      .onConflict((of) => of.columns(['run_id', 'key']).doUpdateSet((eb) => ({ value: eb.ref('excluded.value') })))
      .execute();
  }
}

export async function replaceModelValues(
  sql: Sql,
  table: 'logged_model_param' | 'logged_model_tag',
  modelId: string,
  values: readonly KeyValue[],
): Promise<void> {
  const tables = sql.tables<TrackingTables>();
  await tables.deleteFrom(table).where('model_id', '=', modelId).execute();
  for (const part of splitIntoChunks(selectLastOfEach(values))) {
    await tables
      .insertInto(table)
      .values(part.map(({ key, value }) => ({ model_id: modelId, key, value })))
      .execute();
  }
}
