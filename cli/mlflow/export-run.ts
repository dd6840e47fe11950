import { sendFiles } from './export-files.ts';
import { type ExportPass, withOrigin } from './export-job.ts';
import { listMetricHistory } from './import-runs.ts';
import { type KeyValue, type Metric, Nothing, OneRun, type Run } from './messages.ts';
import { inGroups } from './paging.ts';
import type { MlflowServer } from './server.ts';

export const METRICS_A_BATCH = 1000;
export const PAIRS_A_BATCH = 100;

/** Writes a run, or the parts that `there` lacks, and returns its id on the other server. */
export async function exportRun(pass: ExportPass, experimentId: string, run: Run, there: Run | null): Promise<string> {
  const { to } = pass;
  const { info } = run;
  const target = there ?? (await createRun(to, experimentId, run));
  const { run_id: runId } = target.info;
  await sendPairs(to, runId, 'params', run.data.params);
  await sendPairs(to, runId, 'tags', withOrigin(run.data.tags, info.run_id));
  for (const { key } of run.data.metrics) await sendHistory(pass, info.run_id, runId, key);
  await sendDatasets(to, runId, run);
  if (pass.artifacts) {
    const rootThere = target.info.artifact_uri;
    await sendFiles(pass, { kind: 'run', idHere: info.run_id, idThere: runId, rootThere });
  }
  const ended = info.end_time === undefined ? {} : { end_time: info.end_time };
  await to.post('runs/update', { run_id: runId, status: info.status, ...ended }, Nothing);
  return runId;
}

async function createRun(to: MlflowServer, experimentId: string, { info }: Run): Promise<Run> {
  const message = {
    experiment_id: experimentId,
    run_name: info.run_name,
    user_id: info.user_id,
    start_time: info.start_time,
    // Set in the creating call, so that a partially exported run is found again.
    tags: withOrigin([], info.run_id),
  };
  return (await to.post('runs/create', message, OneRun)).run;
}

async function sendPairs(
  to: MlflowServer,
  runId: string,
  kind: 'params' | 'tags',
  pairs: readonly KeyValue[],
): Promise<void> {
  for await (const group of inGroups(pairs, PAIRS_A_BATCH)) {
    await to.post('runs/log-batch', { run_id: runId, [kind]: group }, Nothing);
  }
}

async function sendHistory(pass: ExportPass, from: string, runId: string, key: string): Promise<void> {
  for await (const samples of inGroups<Metric>(listMetricHistory(pass.from, from, key), METRICS_A_BATCH)) {
    const metrics = samples.map(({ value, timestamp, step }) => ({ key, value, timestamp, step }));
    await pass.to.post('runs/log-batch', { run_id: runId, metrics }, Nothing);
    pass.report.metrics += samples.length;
  }
}

async function sendDatasets(to: MlflowServer, runId: string, { inputs }: Run): Promise<void> {
  if (inputs.dataset_inputs.length === 0) return;
  await to.post('runs/log-inputs', { run_id: runId, datasets: inputs.dataset_inputs }, Nothing);
}
