import {
  type ImportedMetric,
  importMetrics,
  importRun,
  listImported,
  recordImported,
} from '../../src/mlops/transfer/schema.ts';
import { RemoteFailure } from '../frame/failure.ts';
import { computeFingerprint } from './fingerprint.ts';
import { importArtifacts } from './import-artifacts.ts';
import type { TakenExperiment } from './import-experiments.ts';
import type { ImportPass } from './import-job.ts';
import { type Metric, MetricsPage, type Run, RunsPage } from './messages.ts';
import { everyItem, forEachConcurrently, inGroups } from './paging.ts';
import { MlflowRefusal, type MlflowServer } from './server.ts';

const RUNS_A_PAGE = 200;
const RUNS_AT_ONCE = 4;
const SAMPLES_A_PAGE = 25_000;
const SAMPLES_A_REQUEST = 5000;

/** Imports the runs of an experiment that are new or changed. `done`: completed share of the whole import. */
export async function importRuns(pass: ImportPass, experiment: TakenExperiment, done: number): Promise<void> {
  for await (const group of inGroups(listRuns(pass.from, experiment.idThere), RUNS_A_PAGE)) {
    const known = await knownFingerprints(pass, group);
    await forEachConcurrently(group, RUNS_AT_ONCE, async (run) => {
      const fingerprint = computeFingerprint(run);
      if (known[run.info.run_id] === fingerprint && !pass.options.verify) {
        pass.report.runs.unchanged += 1;
        return;
      }
      const { imported } = pass.report.runs;
      pass.progress.show(`${experiment.name}: ${imported + 1} runs, ${pass.report.metrics} samples`, done);
      await orLeft(pass, `run ${run.info.run_id}`, async () => {
        await importOne(pass, experiment, run, fingerprint);
        pass.report.runs.imported += 1;
      });
    });
  }
}

async function knownFingerprints({ from, to }: ImportPass, runs: readonly Run[]): Promise<Record<string, string>> {
  const ids = runs.map(({ info }) => info.run_id);
  return (await to.call(listImported, { body: { source: from.url, kind: 'run', ids } })).known;
}

/**
 * Imports the run first, then its contents, and the fingerprint last: an interrupted run has none and is imported
 * again.
 */
async function importOne(pass: ImportPass, experiment: TakenExperiment, run: Run, fingerprint: string): Promise<void> {
  const { from, to, options } = pass;
  const { run_id: runId } = run.info;
  await to.call(importRun, { body: runBody(from.url, experiment.idHere, run) });
  for (const key of new Set(run.data.metrics.map((metric) => metric.key))) await importHistory(pass, runId, key);
  if (options.artifacts) await importArtifacts(pass, 'run', runId);
  await to.call(recordImported, { body: { source: from.url, kind: 'run', id: runId, fingerprint } });
}

function runBody(source: string, experimentId: string, { info, data, inputs, outputs }: Run) {
  return {
    source,
    experimentId,
    runId: info.run_id,
    runName: info.run_name,
    userId: info.user_id,
    status: info.status,
    startTime: info.start_time,
    endTime: info.end_time ?? null,
    lifecycleStage: info.lifecycle_stage,
    params: data.params,
    tags: data.tags,
    datasets: inputs.dataset_inputs.map(
      ({ tags, dataset: { source_type: sourceType, schema, profile, ...dataset } }) => ({
        ...dataset,
        sourceType,
        schema: schema ?? null,
        profile: profile ?? null,
        tags,
      }),
    ),
    modelInputs: inputs.model_inputs.map((model) => model.model_id),
    modelOutputs: outputs.model_outputs.map(({ model_id: modelId, step }) => ({ modelId, step })),
  };
}

async function importHistory(pass: ImportPass, runId: string, key: string): Promise<void> {
  for await (const samples of inGroups(listMetricHistory(pass.from, runId, key), SAMPLES_A_REQUEST)) {
    await sendMetrics(pass, runId, samples);
  }
}

export async function sendMetrics(pass: ImportPass, runId: string, samples: readonly Metric[]): Promise<void> {
  await pass.to.call(importMetrics, { params: { runId }, body: { metrics: samples.map(metricBody) } });
  pass.report.metrics += samples.length;
}

function metricBody({ key, value, timestamp, step, ...of }: Metric): ImportedMetric {
  const [modelId, datasetName, datasetDigest] = [of.model_id, of.dataset_name, of.dataset_digest].map(
    (text) => text || null,
  );
  return {
    key,
    value,
    timestamp,
    step,
    modelId: modelId ?? null,
    datasetName: datasetName ?? null,
    datasetDigest: datasetDigest ?? null,
  };
}

/** All runs of an experiment with their data, including deleted ones. */
export function listRuns(server: MlflowServer, experimentId: string): AsyncGenerator<Run> {
  return everyItem(async (token) => {
    const message = {
      experiment_ids: [experimentId],
      run_view_type: 'ALL',
      max_results: RUNS_A_PAGE,
      order_by: ['attributes.start_time ASC'],
      ...(token === '' ? {} : { page_token: token }),
    };
    const page = await server.post('runs/search', message, RunsPage);
    return { items: page.runs, next: page.next_page_token };
  });
}

export function listMetricHistory(server: MlflowServer, runId: string, key: string): AsyncGenerator<Metric> {
  return everyItem(async (token) => {
    const query = {
      run_id: runId,
      metric_key: key,
      max_results: String(SAMPLES_A_PAGE),
      ...(token === '' ? {} : { page_token: token }),
    };
    const page = await server.get('metrics/get-history', query, MetricsPage);
    return { items: page.metrics, next: page.next_page_token };
  });
}

/** Reports an entity that fails, and continues with the others. */
export async function orLeft(
  { report }: { readonly report: { readonly left: { what: string; reason: string }[] } },
  what: string,
  work: () => Promise<void>,
): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof RemoteFailure) && !(error instanceof MlflowRefusal)) throw error;
    report.left.push({ what, reason: error.message });
  }
}
