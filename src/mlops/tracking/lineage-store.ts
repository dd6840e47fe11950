import { isAmong, type Sql } from '../../platform/store/index.ts';
import type { RunStatus, TrackingTables } from '../runs/index.ts';

/** Inputs and outputs of runs for a lineage graph: by run, by dataset, by logged model. */
export interface TrackingLineage {
  runs(sql: Sql, runIds: readonly string[]): Promise<LineageRun[]>;
  /** Parents of runs (`mlflow.parentRunId`) by run; a run without one is omitted. */
  parents(sql: Sql, runIds: readonly string[]): Promise<Map<string, string>>;
  /** Ids of the runs whose parent is one of these, in order. */
  children(sql: Sql, runIds: readonly string[], limit: number): Promise<string[]>;
  dataset(sql: Sql, datasetId: string): Promise<LineageDataset | null>;
  datasetsOfRun(sql: Sql, runId: string): Promise<LineageDataset[]>;
  /** Ids of runs that read a dataset, newest first. */
  runsOfDataset(sql: Sql, datasetId: string, limit: number): Promise<string[]>;
  loggedModel(sql: Sql, modelId: string): Promise<LineageModel | null>;
  /** Models that a run logged, by a link of the run or of the model. */
  modelsOfRun(sql: Sql, runId: string, limit: number): Promise<LineageModel[]>;
  /** Models that a run read. */
  modelsReadBy(sql: Sql, runId: string, limit: number): Promise<LineageModel[]>;
  /** Ids of runs that read a logged model, newest first. */
  runsReading(sql: Sql, modelId: string, limit: number): Promise<string[]>;
}

export interface LineageRun {
  readonly runId: string;
  readonly runName: string;
  readonly experimentName: string;
  readonly status: RunStatus;
  /** Milliseconds since the Unix epoch. */
  readonly startTime: number;
  readonly endTime: number | null;
}

export interface LineageDataset {
  readonly datasetId: string;
  readonly name: string;
  readonly digest: string;
  readonly sourceType: string;
  readonly source: string;
  /** JSON, as MLflow's client wrote it; null when the client sent none. */
  readonly schema: string | null;
}

export interface LineageModel {
  readonly modelId: string;
  readonly name: string;
  readonly status: string;
  readonly sourceRunId: string | null;
  readonly artifactUri: string;
}

/** Tag of a run with the id of its parent run; indexed by value. */
const PARENT_RUN = 'mlflow.parentRunId';

export const trackingLineage: TrackingLineage = {
  async runs(sql, runIds) {
    if (runIds.length === 0) return [];
    const rows = await sql
      .tables<TrackingTables>()
      .selectFrom('run')
      .innerJoin('experiment', 'experiment.experiment_id', 'run.experiment_id')
      .select(['run_id', 'run_name', 'name', 'status', 'start_time', 'end_time'])
      .where('run_id', 'in', [...runIds])
      .execute();
    return rows.map((row) => ({
      runId: row.run_id,
      runName: row.run_name,
      experimentName: row.name,
      status: row.status,
      startTime: row.start_time,
      endTime: row.end_time,
    }));
  },
  async parents(sql, runIds) {
    const query = sql.tables<TrackingTables>().selectFrom('tag').select(['run_id', 'value']);
    const rows = await query
      .where('key', '=', PARENT_RUN)
      .where(isAmong(sql, 'run_id', runIds))
      .execute();
    return new Map(rows.map(({ run_id, value }) => [run_id, value]));
  },
  async children(sql, runIds, limit) {
    const query = sql.tables<TrackingTables>().selectFrom('tag').select('run_id');
    const found = query.where('key', '=', PARENT_RUN).where(isAmong(sql, 'value', runIds));
    return (await found.orderBy('run_id').limit(limit).execute()).map((row) => row.run_id);
  },
  async dataset(sql, datasetId) {
    const query = sql.tables<TrackingTables>().selectFrom('dataset').selectAll().where('dataset_id', '=', datasetId);
    const row = await query.executeTakeFirst();
    return row === undefined ? null : toLineageDataset(row);
  },
  async datasetsOfRun(sql, runId) {
    const rows = await sql
      .tables<TrackingTables>()
      .selectFrom('dataset_input')
      .innerJoin('dataset', 'dataset.dataset_id', 'dataset_input.dataset_id')
      .selectAll('dataset')
      .where('dataset_input.run_id', '=', runId)
      .orderBy('dataset_input.position')
      .execute();
    return rows.map(toLineageDataset);
  },
  async runsOfDataset(sql, datasetId, limit) {
    const rows = await sql
      .tables<TrackingTables>()
      .selectFrom('dataset_input')
      .innerJoin('run', 'run.run_id', 'dataset_input.run_id')
      .select('run.run_id')
      .where('dataset_input.dataset_id', '=', datasetId)
      .orderBy('run.start_time', 'desc')
      .orderBy('run.run_id')
      .limit(limit)
      .execute();
    return rows.map((row) => row.run_id);
  },
  async loggedModel(sql, modelId) {
    const query = sql.tables<TrackingTables>().selectFrom('logged_model').selectAll().where('model_id', '=', modelId);
    const row = await query.executeTakeFirst();
    return row === undefined ? null : toLineageModel(row);
  },
  async modelsOfRun(sql, runId, limit) {
    const tables = sql.tables<TrackingTables>();
    const outputs = tables.selectFrom('model_output').select('model_output.model_id').where('run_id', '=', runId);
    const rows = await tables
      .selectFrom('logged_model')
      .selectAll()
      .where((eb) => eb.or([eb('source_run_id', '=', runId), eb('model_id', 'in', outputs)]))
      .orderBy('creation_timestamp')
      .orderBy('model_id')
      .limit(limit)
      .execute();
    return rows.map(toLineageModel);
  },
  async modelsReadBy(sql, runId, limit) {
    const rows = await sql
      .tables<TrackingTables>()
      .selectFrom('model_input')
      .innerJoin('logged_model', 'logged_model.model_id', 'model_input.model_id')
      .selectAll('logged_model')
      .where('model_input.run_id', '=', runId)
      .orderBy('model_input.position')
      .limit(limit)
      .execute();
    return rows.map(toLineageModel);
  },
  async runsReading(sql, modelId, limit) {
    const rows = await sql
      .tables<TrackingTables>()
      .selectFrom('model_input')
      .innerJoin('run', 'run.run_id', 'model_input.run_id')
      .select('run.run_id')
      .where('model_input.model_id', '=', modelId)
      .orderBy('run.start_time', 'desc')
      .orderBy('run.run_id')
      .limit(limit)
      .execute();
    return rows.map((row) => row.run_id);
  },
};

function toLineageDataset(row: TrackingTables['dataset']): LineageDataset {
  const { name, digest, source, schema } = row;
  return { datasetId: row.dataset_id, name, digest, sourceType: row.source_type, source, schema };
}

function toLineageModel(row: TrackingTables['logged_model']): LineageModel {
  const { name, status } = row;
  return { modelId: row.model_id, name, status, sourceRunId: row.source_run_id, artifactUri: row.artifact_uri };
}
