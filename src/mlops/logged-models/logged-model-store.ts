import type { Sql } from '../../platform/store/index.ts';
import type { LoggedModel, ModelMetric, TrackingTables } from '../runs/index.ts';
import { findModelValues, splitIntoChunks } from '../runs/index.ts';
import { restoreDouble } from '../wire/index.ts';

export type LoggedModelRow = TrackingTables['logged_model'];

export async function insertLoggedModel(sql: Sql, row: LoggedModelRow): Promise<void> {
  await sql.tables<TrackingTables>().insertInto('logged_model').values(row).execute();
}

/** The model, unless it is deleted and `withDeleted` is false. */
export async function findLoggedModel(sql: Sql, modelId: string, withDeleted: boolean): Promise<LoggedModel | null> {
  const query = sql.tables<TrackingTables>().selectFrom('logged_model').selectAll().where('model_id', '=', modelId);
  const rows = await (withDeleted ? query : query.where('lifecycle_stage', '=', 'active')).execute();
  const [model] = await findLoggedModelDetails(sql, rows);
  return model ?? null;
}

export async function updateLoggedModel(
  sql: Sql,
  modelId: string,
  change: Partial<Pick<LoggedModelRow, 'status' | 'lifecycle_stage'>> & { readonly last_updated_timestamp: number },
): Promise<void> {
  await sql.tables<TrackingTables>().updateTable('logged_model').set(change).where('model_id', '=', modelId).execute();
}

/** Models with their metrics, params and tags, in the order given. */
export async function findLoggedModelDetails(sql: Sql, rows: readonly LoggedModelRow[]): Promise<LoggedModel[]> {
  const modelIds = rows.map((row) => row.model_id);
  const tags = await findModelValues(sql, 'logged_model_tag', modelIds);
  const params = await findModelValues(sql, 'logged_model_param', modelIds);
  const metrics = await findModelMetrics(sql, modelIds);
  return rows.map((row) => ({
    modelId: row.model_id,
    experimentId: row.experiment_id,
    name: row.name,
    modelType: row.model_type,
    sourceRunId: row.source_run_id,
    artifactUri: row.artifact_uri,
    status: row.status,
    creationTimestamp: row.creation_timestamp,
    lastUpdatedTimestamp: row.last_updated_timestamp,
    tags: tags.get(row.model_id) ?? [],
    params: params.get(row.model_id) ?? [],
    metrics: metrics.get(row.model_id) ?? [],
  }));
}

async function findModelMetrics(sql: Sql, modelIds: readonly string[]): Promise<Map<string, ModelMetric[]>> {
  const byModel = new Map<string, ModelMetric[]>(modelIds.map((modelId) => [modelId, []]));
  for (const ids of splitIntoChunks(modelIds, 1000)) {
    const query = sql.tables<TrackingTables>().selectFrom('logged_model_metric').selectAll();
    const rows = await query.where('model_id', 'in', ids).orderBy('key').orderBy('timestamp').orderBy('step').execute();
    for (const row of rows) {
      byModel.get(row.model_id)?.push({
        key: row.key,
        value: restoreDouble(row),
        timestamp: row.timestamp,
        step: row.step,
        modelId: row.model_id,
        runId: row.run_id,
        datasetName: row.dataset_name === '' ? null : row.dataset_name,
        datasetDigest: row.dataset_digest === '' ? null : row.dataset_digest,
      });
    }
  }
  return byModel;
}
