import type { Readable } from 'node:stream';
import type { Objects } from '../../platform/objects/index.ts';
import type { Sql } from '../../platform/store/index.ts';
import { appendToUri, buildArtifactLocation, createArtifacts } from '../artifacts/index.ts';
import { findLoggedModel, insertLoggedModel, type LoggedModelRow } from '../logged-models/index.ts';
import type { DatasetInput, KeyValue, MetricInput, ModelOutput, RunInfo, RunStatus } from '../runs/index.ts';
import {
  appendRunEvent,
  ensureDataset,
  findExperiment,
  findExperimentByName,
  findExperimentIdByTag,
  findRunInfo,
  insertDatasetInput,
  insertExperiment,
  insertMetrics,
  insertModelInputs,
  insertModelMetrics,
  insertRun,
  observeUsage,
  type RunEvents,
  requireExperiment,
  takeExperimentId,
  updateExperiment,
  upsertExperimentTags,
  upsertModelOutputs,
} from '../runs/index.ts';
import { overwriteLoggedModel, overwriteRun, replaceModelValues, replaceRunValues } from './import-store.ts';

/** Entities of another tracking server, stored with the ids and times that they have there. */

export interface ExperimentToImport {
  /** Origin: `<address>#<id on the source server>`. */
  readonly origin: string;
  /** Id at the source; kept when it is a number that is free here. */
  readonly experimentId: string;
  readonly name: string;
  readonly lifecycleStage: 'active' | 'deleted';
  readonly creationTime: number;
  readonly lastUpdateTime: number;
  readonly tags: readonly KeyValue[];
}

export interface RunToImport {
  readonly runId: string;
  readonly experimentId: number;
  readonly runName: string;
  readonly userId: string;
  readonly status: RunStatus;
  readonly startTime: number;
  readonly endTime: number | null;
  readonly lifecycleStage: 'active' | 'deleted';
  readonly params: readonly KeyValue[];
  readonly tags: readonly KeyValue[];
  readonly datasets: readonly DatasetInput[];
  readonly modelInputs: readonly string[];
  readonly modelOutputs: readonly ModelOutput[];
}

export interface LoggedModelToImport {
  readonly modelId: string;
  readonly experimentId: number;
  readonly name: string;
  readonly modelType: string | null;
  readonly sourceRunId: string | null;
  readonly status: LoggedModelRow['status'];
  readonly creationTimestamp: number;
  readonly lastUpdatedTimestamp: number;
  readonly params: readonly KeyValue[];
  readonly tags: readonly KeyValue[];
}

export type ExperimentOutcome = 'created' | 'known' | 'merged' | 'renumbered';

const ORIGIN_TAG = 'steelyard.importedFrom';
const ENDED: ReadonlySet<RunStatus> = new Set(['FINISHED', 'FAILED', 'KILLED']);

/** Writes of an import. The caller sets the transaction, and decides whether it may overwrite. */
export interface TrackingImports {
  /**
   * Finds or creates the experiment: the one imported from this source before, else the one with its name, else a new
   * one, with its original id where that is free.
   */
  experiment(sql: Sql, experiment: ExperimentToImport): Promise<{ experimentId: number; outcome: ExperimentOutcome }>;
  hasRun(sql: Sql, runId: string): Promise<boolean>;
  /** Stores the run as it is at the source, and replaces the run here. Error: `experiment_not_found`. */
  run(sql: Sql, run: RunToImport): Promise<void>;
  /** Adds samples to a run, deleted ones included. False when there is no such run. */
  metrics(sql: Sql, runId: string, metrics: readonly MetricInput[]): Promise<boolean>;
  hasLoggedModel(sql: Sql, modelId: string): Promise<boolean>;
  /** Stores the model as it is at the source, and replaces the model here. Error: `experiment_not_found`. */
  loggedModel(sql: Sql, model: LoggedModelToImport): Promise<void>;
  /** Files under a root URI, folders walked through. */
  files(rootUri: string): Promise<{ path: string; sizeBytes: number }[]>;
  /** Stores a file under a root URI and answers its bytes. Errors: `object_path_invalid`, `storage_full`. */
  putFile(rootUri: string, path: string, content: Readable): Promise<number>;
}

export function createImports(deps: { readonly objects: Objects; readonly events: RunEvents }): TrackingImports {
  const artifacts = createArtifacts(deps.objects);
  return {
    experiment: importExperiment,
    hasRun: async (sql, runId) => (await findRunInfo(sql, runId)) !== null,
    run: (sql, run) => importRun(deps.events, sql, run),
    metrics: (sql, runId, metrics) => importMetrics(deps.events, sql, runId, metrics),
    hasLoggedModel: async (sql, modelId) => (await findLoggedModel(sql, modelId, true)) !== null,
    loggedModel: importLoggedModel,
    files: (rootUri) => listFilesUnder(artifacts, rootUri, ''),
    putFile: async (rootUri, path, content) => (await artifacts.putUnder(rootUri, path, content)).sizeBytes,
  };
}

async function importExperiment(
  sql: Sql,
  input: ExperimentToImport,
): Promise<{ experimentId: number; outcome: ExperimentOutcome }> {
  const tags = [...input.tags.filter(({ key }) => key !== ORIGIN_TAG), { key: ORIGIN_TAG, value: input.origin }];
  const known = await findExperimentIdByTag(sql, ORIGIN_TAG, input.origin);
  if (known !== null) {
    await renewExperiment(sql, known, input, tags);
    return { experimentId: known, outcome: 'known' };
  }
  const named = await findExperimentByName(sql, input.name);
  if (named !== null) {
    const missing = tags.filter(({ key }) => !named.tags.some((tag) => tag.key === key));
    await upsertExperimentTags(sql, named.experimentId, missing);
    return { experimentId: named.experimentId, outcome: 'merged' };
  }
  const wanted = /^\d{1,15}$/.test(input.experimentId) ? Number(input.experimentId) : null;
  const kept = wanted !== null && (await findExperiment(sql, wanted)) === null ? wanted : null;
  const experimentId = kept ?? (await takeExperimentId(sql));
  await insertExperiment(sql, {
    experiment_id: experimentId,
    name: input.name,
    artifact_location: buildArtifactLocation(experimentId),
    lifecycle_stage: input.lifecycleStage,
    creation_time: input.creationTime,
    last_update_time: input.lastUpdateTime,
  });
  await upsertExperimentTags(sql, experimentId, tags);
  return { experimentId, outcome: kept === null ? 'renumbered' : 'created' };
}

/** A rename there is a rename here, unless the name is another's. */
async function renewExperiment(
  sql: Sql,
  experimentId: number,
  { name, lifecycleStage, lastUpdateTime }: ExperimentToImport,
  tags: readonly KeyValue[],
): Promise<void> {
  const holder = await findExperimentByName(sql, name);
  const renamed = holder === null ? { name } : {};
  await updateExperiment(sql, experimentId, {
    ...renamed,
    lifecycle_stage: lifecycleStage,
    last_update_time: lastUpdateTime,
  });
  await upsertExperimentTags(sql, experimentId, tags);
}

async function importRun(events: RunEvents, sql: Sql, input: RunToImport): Promise<void> {
  const experiment = await requireExperiment(sql, input.experimentId);
  const { params, tags, datasets, modelInputs, modelOutputs, ...facts } = input;
  const info: RunInfo = { ...facts, artifactUri: appendToUri(experiment.artifactLocation, input.runId, 'artifacts') };
  const before = await findRunInfo(sql, input.runId);
  if (before === null) await insertRun(sql, info);
  else await overwriteRun(sql, { ...info, artifactUri: before.artifactUri, experimentId: before.experimentId });
  await replaceRunValues(sql, 'param', input.runId, params);
  await replaceRunValues(sql, 'tag', input.runId, tags);
  for (const dataset of datasets) {
    await insertDatasetInput(sql, input.runId, await ensureDataset(sql, info.experimentId, dataset.dataset), dataset);
  }
  await insertModelInputs(sql, input.runId, modelInputs);
  await upsertModelOutputs(sql, input.runId, modelOutputs);
  if (before === null) await appendRunEvent(events, sql, 'run.created', info);
  if (ENDED.has(info.status) && !(before !== null && ENDED.has(before.status))) {
    await appendRunEvent(events, sql, 'run.ended', info);
  }
  if (before !== null) await observeUsage(events, sql, info, { tags });
}

async function importMetrics(
  events: RunEvents,
  sql: Sql,
  runId: string,
  metrics: readonly MetricInput[],
): Promise<boolean> {
  const run = await findRunInfo(sql, runId);
  if (run === null) return false;
  await insertMetrics(sql, runId, metrics);
  await insertModelMetrics(sql, runId, metrics);
  await observeUsage(events, sql, run, { metrics });
  return true;
}

async function importLoggedModel(sql: Sql, input: LoggedModelToImport): Promise<void> {
  const experiment = await requireExperiment(sql, input.experimentId);
  const row: LoggedModelRow = {
    model_id: input.modelId,
    experiment_id: experiment.experimentId,
    name: input.name,
    model_type: input.modelType,
    source_run_id: input.sourceRunId,
    artifact_uri: appendToUri(experiment.artifactLocation, 'models', input.modelId, 'artifacts'),
    status: input.status,
    lifecycle_stage: 'active',
    creation_timestamp: input.creationTimestamp,
    last_updated_timestamp: input.lastUpdatedTimestamp,
  };
  const before = await findLoggedModel(sql, input.modelId, true);
  if (before === null) await insertLoggedModel(sql, row);
  else await overwriteLoggedModel(sql, { ...row, artifact_uri: before.artifactUri });
  await replaceModelValues(sql, 'logged_model_param', input.modelId, input.params);
  await replaceModelValues(sql, 'logged_model_tag', input.modelId, input.tags);
}

async function listFilesUnder(
  artifacts: ReturnType<typeof createArtifacts>,
  rootUri: string,
  folder: string,
): Promise<{ path: string; sizeBytes: number }[]> {
  const found: { path: string; sizeBytes: number }[] = [];
  for (const { name, isFolder, sizeBytes } of await artifacts.listUnder(rootUri, folder)) {
    const path = folder === '' ? name : `${folder}/${name}`;
    if (isFolder) found.push(...(await listFilesUnder(artifacts, rootUri, path)));
    else found.push({ path, sizeBytes: sizeBytes ?? 0 });
  }
  return found;
}
