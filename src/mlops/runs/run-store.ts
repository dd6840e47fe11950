import { isAmong, type Sql } from '../../platform/store/index.ts';
import { restoreDouble } from '../wire/index.ts';
import { findDatasetInputs, findModelLinks } from './input-store.ts';
import { findRunValues, splitIntoChunks } from './key-value-store.ts';
import type { TrackingTables } from './tables.ts';
import type { FullRun, Metric, RunInfo } from './types.ts';

type RunRow = TrackingTables['run'];

export async function insertRun(sql: Sql, info: RunInfo): Promise<void> {
  await sql
    .tables<TrackingTables>()
    .insertInto('run')
    .values({
      run_id: info.runId,
      experiment_id: info.experimentId,
      run_name: info.runName,
      user_id: info.userId,
      status: info.status,
      start_time: info.startTime,
      end_time: info.endTime,
      artifact_uri: info.artifactUri,
      lifecycle_stage: info.lifecycleStage,
    })
    .execute();
}

export async function findRunInfo(sql: Sql, runId: string): Promise<RunInfo | null> {
  const query = sql.tables<TrackingTables>().selectFrom('run').selectAll().where('run_id', '=', runId);
  const row = await query.executeTakeFirst();
  return row === undefined ? null : runInfo(row);
}

/** Statuses by run id; missing runs are left out. */
export async function findStatuses(sql: Sql, runIds: readonly string[]): Promise<Map<string, RunRow['status']>> {
  const statuses = new Map<string, RunRow['status']>();
  for (const ids of splitIntoChunks(runIds, 1000)) {
    const query = sql.tables<TrackingTables>().selectFrom('run').select(['run_id', 'status']);
    for (const row of await query.where(isAmong(sql, 'run_id', ids)).execute()) statuses.set(row.run_id, row.status);
  }
  return statuses;
}

export async function updateRun(
  sql: Sql,
  runId: string,
  change: Partial<Pick<RunRow, 'status' | 'end_time' | 'run_name' | 'lifecycle_stage'>>,
): Promise<void> {
  if (Object.keys(change).length === 0) return;
  await sql.tables<TrackingTables>().updateTable('run').set(change).where('run_id', '=', runId).execute();
}

/** Moves all runs of an experiment to a stage and returns those that were not in it. */
export async function moveRunsOfExperiment(
  sql: Sql,
  experimentId: number,
  stage: RunRow['lifecycle_stage'],
): Promise<RunInfo[]> {
  const tables = sql.tables<TrackingTables>();
  const rows = await tables
    .selectFrom('run')
    .selectAll()
    .where('experiment_id', '=', experimentId)
    .where('lifecycle_stage', '!=', stage)
    .execute();
  await tables
    .updateTable('run')
    .set({ lifecycle_stage: stage })
    .where('experiment_id', '=', experimentId)
    .where('lifecycle_stage', '!=', stage)
    .execute();
  return rows.map(runInfo);
}

export function runInfo(row: RunRow): RunInfo {
  return {
    runId: row.run_id,
    experimentId: row.experiment_id,
    runName: row.run_name,
    userId: row.user_id,
    status: row.status,
    startTime: row.start_time,
    endTime: row.end_time,
    artifactUri: row.artifact_uri,
    lifecycleStage: row.lifecycle_stage,
  };
}

/**
 * Runs with their metrics, params and tags, in the order given; a fixed number of statements for any number of runs.
 */
export async function readFullRuns(sql: Sql, infos: readonly RunInfo[]): Promise<FullRun[]> {
  const runIds = infos.map((info) => info.runId);
  const [metrics, params, tags, datasets, links] = await Promise.all([
    findLatestMetrics(sql, runIds),
    findRunValues(sql, 'param', runIds),
    findRunValues(sql, 'tag', runIds),
    findDatasetInputs(sql, runIds),
    findModelLinks(sql, runIds),
  ]);
  return infos.map((info) => ({
    info,
    metrics: metrics.get(info.runId) ?? [],
    params: params.get(info.runId) ?? [],
    tags: tags.get(info.runId) ?? [],
    datasetInputs: datasets.get(info.runId) ?? [],
    modelInputs: links.inputs.get(info.runId) ?? [],
    modelOutputs: links.outputs.get(info.runId) ?? [],
  }));
}

export async function findLatestMetrics(sql: Sql, runIds: readonly string[]): Promise<Map<string, Metric[]>> {
  const byRun = new Map<string, Metric[]>(runIds.map((runId) => [runId, []]));
  for (const ids of splitIntoChunks(runIds, 1000)) {
    const query = sql.tables<TrackingTables>().selectFrom('latest_metric').selectAll();
    for (const row of await query
      .where(isAmong(sql, 'run_id', ids))
      .orderBy('run_id')
      .orderBy('key')
      .execute()) {
      byRun.get(row.run_id)?.push({
        key: row.key,
        value: restoreDouble(row),
        timestamp: row.timestamp,
        step: row.step,
      });
    }
  }
  return byRun;
}
