import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { recordUsage } from '../../../src/finops/metering/schema.ts';
import { processEnvironment } from '../../../src/platform/environment/index.ts';
import { createDemoClient } from '../demo/client.ts';
import { benchmarkUsage } from '../demo/register.ts';
import { exportOnnx } from '../onnx/export-onnx.ts';
import { mlflowModelFiles } from '../onnx/mlflow-model.ts';
import { ratingsFromCsv } from '../ratings/csv.ts';
import { splitByTime } from '../ratings/split.ts';
import { measurePredictions } from '../serving-cost/measure-predictions.ts';
import { type Evaluation, evaluate } from '../training/evaluate.ts';
import { type TrainedModel, trainModels } from '../training/train-models.ts';
import { defaultVariants } from '../training/variants.ts';
import { answerTestSet } from './answers.ts';

/**
 * A step of a pipeline: trains one variant on the ratings of a file, and writes the MLflow model folder `model` and
 * `metrics.json` with the quality on each user's last ratings, with its intervals. It measures predictions in the same
 * way as for the first models and records them as a benchmark of its run, so that the gate knows their cost before the
 * version is registered. In a round of retraining it answers the held-out visits of the window that triggered it. On a
 * server with accounts this requires the token of an account that may record usage.
 */
const { values } = parseArgs({
  options: {
    ratings: { type: 'string' },
    items: { type: 'string', default: '2400' },
    variant: { type: 'string', default: 'mf-64' },
    seed: { type: 'string', default: '1' },
    /** Number of the round of retraining; 0: none. */
    round: { type: 'string', default: '0' },
  },
});

if (values.ratings === undefined) throw new Error('--ratings names the file of ratings');
const ratings = ratingsFromCsv(readFileSync(values.ratings, 'utf8'), { itemCount: Number(values.items) });
const variant = defaultVariants(Number(values.seed)).find(({ name }) => name === values.variant);
if (variant === undefined) throw new Error(`there is no variant ${values.variant}`);
const split = splitByTime(ratings);
const [trained] = await trainModels(split, {
  variants: [variant],
  workerCount: 0,
  onProgress: ({ epoch, loss }) => console.log(`epoch ${epoch}: loss ${loss.toFixed(4)}`),
});
if (trained === undefined) throw new Error(`${variant.name} was not trained`);
const quality = evaluate(trained.model, split);
writeModel(trained);
await recordBenchmark(trained);
await answerRound(trained);
writeFileSync('metrics.json', JSON.stringify(metricsOf(quality), null, 2));
console.log(`${variant.name}: NDCG@10 ${quality.ndcgAt10.mean.toFixed(4)} over ${quality.ndcgAt10.sampleSize} users`);

async function recordBenchmark({ model }: TrainedModel): Promise<void> {
  const { STEELYARD_URL: url, MLFLOW_RUN_ID: run } = processEnvironment();
  if (url === undefined || run === undefined) return;
  const intervals = benchmarkUsage(run, { run }, await measurePredictions(model));
  await createDemoClient(url).call(recordUsage, { body: { intervals } });
}

async function answerRound({ model }: TrainedModel): Promise<void> {
  const { STEELYARD_URL: url, MLFLOW_RUN_ID: runId } = processEnvironment();
  const round = Number(values.round);
  if (url === undefined || runId === undefined || round === 0) return;
  const answered = await answerTestSet({ url, retraining: 'ranker', round, runId }, model);
  console.log(`${answered} held-out visits answered`);
}

function writeModel({ model }: TrainedModel): void {
  const onnx = exportOnnx(model);
  const runId = processEnvironment().MLFLOW_RUN_ID ?? '';
  const texts = mlflowModelFiles({ runId, modelUuid: runId, createdAt: new Date(), sizeBytes: onnx.byteLength });
  mkdirSync('model', { recursive: true });
  for (const [name, content] of Object.entries({ ...texts, 'model.onnx': onnx }))
    writeFileSync(join('model', name), content);
}

function metricsOf({ ndcgAt10, recallAt10, mrrAt10 }: Evaluation): Record<string, number> {
  const measures = { ndcg_at_10: ndcgAt10, recall_at_10: recallAt10, mrr_at_10: mrrAt10 };
  return Object.fromEntries(
    Object.entries(measures).flatMap(([name, { mean, low, high, sampleSize }]) => [
      [name, mean],
      [`${name}.ci_lower`, low],
      [`${name}.ci_upper`, high],
      [`${name}.n`, sampleSize],
    ]),
  );
}
