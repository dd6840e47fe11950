import { recordUsage, type UsageInterval } from '../../../src/finops/metering/schema.ts';
import { mlflowModelFiles } from '../onnx/mlflow-model.ts';
import type { PredictionMeasurement } from '../serving-cost/measure-predictions.ts';
import type { Estimate } from '../training/estimate.ts';
import { variantParams } from '../training/variants.ts';
import { candidateFiles, lossesOf } from './artifacts.ts';
import type { DemoClient } from './client.ts';
import { HELD_OUT, importOutcomes } from './outcomes.ts';
import type { Registrable } from './registrable.ts';

export const MODEL = 'ranker';
/** The machine on the bill that trains and serves the model; its rate is that of one thread of this machine. */
export const INSTANCE = 'g5.xlarge';
const EXPERIMENT = 'home-feed-ranker';
export const SUBJECT = { team: 'recommendations', project: 'home-feed', model: MODEL } as const;

interface RunInfo {
  readonly run: { readonly info: { readonly run_id: string; readonly artifact_uri: string } };
}

/** Creates the experiment and the registered model for the candidates. */
export async function prepareRegistry(client: DemoClient): Promise<string> {
  const { experiment_id } = await client.mlflow<{ experiment_id: string }>('experiments/create', { name: EXPERIMENT });
  const description = 'Ranks the items of the home feed for a user.';
  const tags = [
    { key: 'steelyard.team', value: SUBJECT.team },
    { key: 'steelyard.project', value: SUBJECT.project },
  ];
  await client.mlflow('registered-models/create', { name: MODEL, description, tags });
  return experiment_id;
}

/** Logs a candidate's run through the MLflow API with its outcomes by user, meters it, and registers it; returns the version. */
export async function registerCandidate(
  client: DemoClient,
  experimentId: string,
  candidate: Registrable,
): Promise<string> {
  const { variant, intervals } = candidate.trained;
  const startTime = Math.floor(Math.min(...intervals.map((interval) => interval.startedAtMs)));
  const endTime = Math.ceil(Math.max(...intervals.map((interval) => interval.endedAtMs)));
  const { run } = await client.mlflow<RunInfo>('runs/create', {
    experiment_id: experimentId,
    run_name: variant.name,
    start_time: startTime,
    tags: [
      { key: 'steelyard.team', value: SUBJECT.team },
      { key: 'steelyard.project', value: SUBJECT.project },
    ],
  });
  const { run_id: runId, artifact_uri: artifactUri } = run.info;
  const params = Object.entries(variantParams(variant)).map(([key, value]) => ({ key, value }));
  await client.mlflow('runs/log-batch', { run_id: runId, params, metrics: qualityMetrics(candidate, endTime) });
  const losses = lossesOf(candidate).map((value, index, all) => ({
    key: 'loss',
    value,
    step: index + 1,
    timestamp: startTime + Math.round(((endTime - startTime) * (index + 1)) / all.length),
  }));
  if (losses.length > 0) await client.mlflow('runs/log-batch', { run_id: runId, metrics: losses });
  await importOutcomes(client, { runId, name: HELD_OUT }, candidate.quality);
  await putModel(client, runId, artifactUri, candidate, endTime);
  for (const [name, content] of Object.entries(candidateFiles(candidate))) {
    await client.putArtifact(artifactUri, name, content);
  }
  await client.mlflow('runs/update', { run_id: runId, status: 'FINISHED', end_time: endTime });
  const { model_version } = await client.mlflow<{ model_version: { version: string } }>('model-versions/create', {
    name: MODEL,
    source: `${artifactUri}/model`,
    run_id: runId,
    description: variant.name,
    tags: [{ key: 'variant', value: variant.name }],
  });
  const { version } = model_version;
  const measured = benchmarkUsage(`${MODEL}:${version}`, { model: MODEL, modelVersion: version }, candidate.serving);
  const usage = [...trainingUsage(runId, candidate), ...measured];
  await client.call(recordUsage, { body: { intervals: usage } });
  return version;
}

function qualityMetrics({ quality, serving }: Registrable, timestamp: number) {
  const point = (key: string, value: number) => ({ key, value, step: 0, timestamp });
  const estimate = (key: string, { mean, low, high, sampleSize }: Estimate) => [
    point(key, mean),
    point(`${key}.ci_lower`, low),
    point(`${key}.ci_upper`, high),
    point(`${key}.n`, sampleSize),
  ];
  return [
    ...estimate('ndcg_at_10', quality.ndcgAt10),
    ...estimate('recall_at_10', quality.recallAt10),
    ...estimate('mrr_at_10', quality.mrrAt10),
    point('predictions_per_second', serving.predictionsPerSecond),
    point('batch_p95_ms', serving.p95Ms),
  ];
}

async function putModel(
  client: DemoClient,
  runId: string,
  artifactUri: string,
  { onnx }: Registrable,
  endTime: number,
) {
  if (onnx === null) return client.putArtifact(artifactUri, 'model/README.md', NOT_RECORDED);
  const files = mlflowModelFiles({ runId, modelUuid: runId, createdAt: new Date(endTime), sizeBytes: onnx.byteLength });
  for (const [name, content] of Object.entries({ ...files, 'model.onnx': onnx })) {
    await client.putArtifact(artifactUri, `model/${name}`, content);
  }
}

const NOT_RECORDED =
  'The weights of this model are not part of the demo data: it was trained by examples/recommender. Those of the promoted version are.\n';

/** One machine for as long as each member trained. */
function trainingUsage(runId: string, { trained }: Registrable): UsageInterval[] {
  return trained.intervals.map(({ member, startedAtMs, endedAtMs }) => ({
    usage: `${runId}:train:${member}`,
    subject: { ...SUBJECT, run: runId, purpose: 'training' },
    resource: INSTANCE,
    quantity: '1',
    period: periodOf(startedAtMs, endedAtMs),
    origin: 'demo: wall clock of the training thread',
  }));
}

/** Facts about a measurement of predictions in its usage record. */
export type Benchmark = Pick<PredictionMeasurement, 'runtime' | 'batchSize' | 'endedAtMs' | 'repetitions'>;

/**
 * Usage of one machine while it was busy with predictions of a version, or of its run: one interval for each repetition,
 * in sequence; the last one ends with the measurement. The intervals name no endpoint, which makes them a benchmark.
 */
export function benchmarkUsage(
  name: string,
  subject: UsageInterval['subject'],
  { runtime, batchSize, endedAtMs, repetitions }: Benchmark,
): UsageInterval[] {
  let end = Math.round(endedAtMs);
  return repetitions.map(({ predictions, busyMs, serviceSeconds }, index) => {
    const start = end - Math.max(1, Math.round(busyMs));
    const period = { start: new Date(start).toISOString(), end: new Date(end).toISOString() };
    end = start;
    return {
      usage: `${name}:benchmark:${index + 1}`,
      subject: { team: SUBJECT.team, project: SUBJECT.project, ...subject, purpose: 'inference' },
      resource: INSTANCE,
      quantity: '1',
      period,
      predictions,
      benchmark: { batchSize, serviceSeconds: [...serviceSeconds] },
      origin: `demo: ${runtime}, one thread, batches of ${batchSize}`,
    };
  });
}

/** Whole milliseconds, at least one: the resolution of an interval. */
function periodOf(startMs: number, endMs: number): { start: string; end: string } {
  const start = Math.floor(startMs);
  return { start: new Date(start).toISOString(), end: new Date(Math.max(start + 1, Math.round(endMs))).toISOString() };
}
