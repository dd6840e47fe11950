import { counted } from '../output/amounts.ts';
import { type FileEdit, sendFiles } from './export-files.ts';
import { type ExportPass, ORIGIN_TAG, type WrittenExperiment, withOrigin } from './export-job.ts';
import { METRICS_A_BATCH, PAIRS_A_BATCH } from './export-run.ts';
import { listLoggedModels } from './import-logged-models.ts';
import { orLeft } from './import-runs.ts';
import {
  type KeyValue,
  type LoggedModel,
  LoggedModelsPage,
  type Metric,
  Nothing,
  OneLoggedModel,
  OneRun,
} from './messages.ts';
import { inGroups } from './paging.ts';
import { MlflowRefusal, type MlflowServer } from './server.ts';

/** Tag that each server writes when a version is made from the model; the numbers are specific to the server. */
const VERSIONS_TAG = 'mlflow.modelVersions';
/** File with the model's id, run and location, which clients use after loading it. */
const DESCRIPTION_FILE = 'MLmodel';

/** True if the server supports logged models, as MLflow does from version 3 on. */
export async function keepsLoggedModels(to: MlflowServer, experimentId: string): Promise<boolean> {
  try {
    await to.post('logged-models/search', { experiment_ids: [experimentId], max_results: 1 }, LoggedModelsPage);
    return true;
  } catch (error) {
    if (error instanceof MlflowRefusal && error.status === 404) return false;
    throw error;
  }
}

/** Reports the logged models of an experiment that the other server does not support. */
export async function leaveLoggedModels(
  { from, to, report }: ExportPass,
  experiment: WrittenExperiment,
): Promise<void> {
  let count = 0;
  for await (const _ of listLoggedModels(from, experiment.idHere)) count += 1;
  if (count === 0) return;
  const reason = `${to.url} has no logged models; servers of MLflow 3 and later have`;
  report.left.push({ what: `${counted(count, 'logged model')} of experiment ${experiment.name}`, reason });
}

/** Writes the logged models of an experiment, or their missing parts. The other server assigns the ids. */
export async function exportLoggedModels(pass: ExportPass, experiment: WrittenExperiment): Promise<void> {
  for await (const model of listLoggedModels(pass.from, experiment.idHere)) {
    const { exported, known } = pass.report.loggedModels;
    pass.progress.show(`${experiment.name}: ${exported + known + 1} logged models`, null);
    const { model_id: id } = model.info;
    await orLeft(pass, `logged model ${id}`, async () => {
      const runId = await sourceRunThere(pass, model);
      const found = await findExported(pass.to, experiment.idThere, id);
      const there = found ?? (await createModel(pass.to, experiment.idThere, model, runId));
      await complete(pass, model, there, runId);
      pass.modelIds.set(id, there.info.model_id);
      pass.report.loggedModels[found === null ? 'exported' : 'known'] += 1;
    });
  }
}

/** Null when the model has none, or one that is deleted and so is not there. */
async function sourceRunThere(pass: ExportPass, { info }: LoggedModel): Promise<string | null> {
  return info.source_run_id === undefined || info.source_run_id === '' ? null : runThere(pass, info.source_run_id);
}

/** Id there of a run here; null when it is deleted. An active one that is not there is a refusal. */
async function runThere({ from, runIds }: ExportPass, idHere: string): Promise<string | null> {
  const idThere = runIds.get(idHere);
  if (idThere !== undefined) return idThere;
  const { info } = (await from.get('runs/get', { run_id: idHere }, OneRun)).run;
  if (info.lifecycle_stage === 'deleted') return null;
  throw new MlflowRefusal('RESOURCE_DOES_NOT_EXIST', 404, `its run ${idHere} was not written there`);
}

async function findExported(to: MlflowServer, experimentId: string, idHere: string): Promise<LoggedModel | null> {
  const filter = `tags.\`${ORIGIN_TAG}\` = '${idHere}'`;
  const message = { experiment_ids: [experimentId], filter, max_results: 1 };
  return (await to.post('logged-models/search', message, LoggedModelsPage)).models[0] ?? null;
}

async function createModel(
  to: MlflowServer,
  experimentId: string,
  { info }: LoggedModel,
  runId: string | null,
): Promise<LoggedModel> {
  const message = {
    experiment_id: experimentId,
    name: info.name,
    model_type: info.model_type,
    ...(runId === null ? {} : { source_run_id: runId }),
    // Set in the creating call, so that a partially exported model is found again.
    tags: withOrigin([], info.model_id),
  };
  return (await to.post('logged-models', message, OneLoggedModel)).model;
}

/** Sets the status last, so that an interrupted model is not ready there. */
async function complete(pass: ExportPass, model: LoggedModel, there: LoggedModel, runId: string | null): Promise<void> {
  const { to } = pass;
  const { model_id: idThere, artifact_uri: rootThere } = there.info;
  const route = `logged-models/${encodeURIComponent(idThere)}`;
  for await (const params of inGroups(missingParams(model, there), PAIRS_A_BATCH)) {
    await to.post(`${route}/params`, { model_id: idThere, params }, Nothing);
  }
  for await (const tags of inGroups(changedTags(model, there), PAIRS_A_BATCH)) {
    await to.patch(`${route}/tags`, { model_id: idThere, tags }, Nothing);
  }
  await sendMetrics(pass, model, there);
  if (pass.artifacts) {
    const owner = { kind: 'logged-model', idHere: model.info.model_id, idThere, rootThere } as const;
    await sendFiles(pass, owner, toDescription(model, there, runId));
  }
  const { status } = model.info;
  if (status !== there.info.status) await to.patch(route, { model_id: idThere, status }, Nothing);
}

function missingParams(model: LoggedModel, there: LoggedModel): KeyValue[] {
  const known = new Set(there.data.params.map(({ key }) => key));
  return model.data.params.filter(({ key }) => !known.has(key));
}

function changedTags(model: LoggedModel, there: LoggedModel): KeyValue[] {
  const known = new Map(there.info.tags.map(({ key, value }) => [key, value]));
  return withOrigin(model.info.tags, model.info.model_id).filter(
    ({ key, value }) => key !== VERSIONS_TAG && known.get(key) !== value,
  );
}

/** The description file of the model with the model id, run and location of the other server. */
function toDescription(model: LoggedModel, there: LoggedModel, runId: string | null): FileEdit {
  const { artifact_uri: uri, model_id: id, source_run_id: run } = model.info;
  const names = [
    [uri, there.info.artifact_uri],
    [id, there.info.model_id],
    [run ?? '', runId ?? ''],
  ] as const;
  const write = (text: string) =>
    names
      .filter(([old, name]) => old !== '' && name !== '')
      .reduce((written, [old, name]) => written.replaceAll(old, () => name), text);
  return { path: DESCRIPTION_FILE, write };
}

/** Sends metrics through the runs that logged them; existing ones are not sent again. */
async function sendMetrics(pass: ExportPass, model: LoggedModel, there: LoggedModel): Promise<void> {
  const { model_id: id, source_run_id: source } = model.info;
  const byRun = Map.groupBy(model.data.metrics, (metric) => metric.run_id ?? source ?? '');
  for (const [runHere, metrics] of byRun) {
    if (runHere === '') continue;
    await orLeft(pass, `metrics of logged model ${id} by run ${runHere}`, async () => {
      const runId = await runThere(pass, runHere);
      if (runId === null) return;
      const known = there.data.metrics.filter((metric) => metric.run_id === runId);
      await sendMetricsOfRun(pass, runId, newSamples(pass, id, metrics, known), there.info.model_id);
    });
  }
}

async function sendMetricsOfRun(
  { to, report }: ExportPass,
  runId: string,
  samples: readonly Metric[],
  modelId: string,
): Promise<void> {
  for await (const group of inGroups(samples, METRICS_A_BATCH)) {
    const metrics = group.map(({ run_id: _, ...metric }) => ({ ...metric, model_id: modelId }));
    await to.post('runs/log-batch', { run_id: runId, metrics }, Nothing);
    report.metrics += group.length;
  }
}

/** MLflow stores one value of a metric for a model, a run, a time and a step; of several values the first is sent. */
function newSamples({ report }: ExportPass, id: string, samples: readonly Metric[], known: readonly Metric[]) {
  const there = new Set(known.map(toMetricKey));
  const seen = new Set<string>();
  return samples.filter((sample) => {
    const place = toMetricKey(sample);
    if (seen.has(place)) {
      const what = `metric ${sample.key} of logged model ${id} on dataset ${sample.dataset_name ?? '(none)'}`;
      report.left.push({ what, reason: 'MLflow keeps one value of it for a run, a time and a step' });
      return false;
    }
    seen.add(place);
    return !there.has(place);
  });
}

function toMetricKey({ key, timestamp, step }: Metric): string {
  return JSON.stringify([key, timestamp, step]);
}
