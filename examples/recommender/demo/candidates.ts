import { exportOnnx } from '../onnx/export-onnx.ts';
import { generateRatings, type RatingsOptions } from '../ratings/generate.ts';
import { type RatingSplit, splitByTime } from '../ratings/split.ts';
import { type MeasureOptions, measureModels, type PredictionMeasurement } from '../serving-cost/measure-predictions.ts';
import { type Evaluation, evaluate } from '../training/evaluate.ts';
import { type TrainedModel, trainModels } from '../training/train-models.ts';

/** One model with all of its measurements. */
export interface Candidate {
  readonly trained: TrainedModel;
  readonly quality: Evaluation;
  readonly serving: PredictionMeasurement;
  readonly onnx: Uint8Array;
}

export type Report = (line: string) => void;

export interface CandidateOptions {
  /** Of the ratings, and with them the split by time, of the initial factors, and of the users that predictions are measured for. */
  readonly seed: number;
  readonly report: Report;
  /** Size of the data; default: that of the demo. */
  readonly ratings?: Omit<RatingsOptions, 'seed'>;
  /** Effort of the measurement of predictions. */
  readonly measure?: Omit<MeasureOptions, 'seed' | 'onnx'>;
}

/** Generates the ratings, trains every model, evaluates it on held-out ratings and measures the cost of predictions. */
export async function makeCandidates(options: CandidateOptions): Promise<Candidate[]> {
  const { seed, report } = options;
  const ratings = generateRatings({ ...options.ratings, seed });
  const split = splitByTime(ratings);
  report(
    `${ratings.users.length.toLocaleString('en')} ratings of ${ratings.userCount.toLocaleString('en')} users over ${ratings.itemCount.toLocaleString('en')} items`,
  );
  const trained = await trainAll(split, seed, report);
  const models = trained.map(({ model }) => model);
  const measured = await measureModels(models, { ...options.measure, seed });
  return trained.map((each, index) => {
    const serving = measured[index];
    if (serving === undefined) throw new Error(`${each.variant.name} was not measured`);
    const quality = evaluate(each.model, split);
    report(
      `${each.variant.name.padEnd(16)} NDCG@10 ${quality.ndcgAt10.mean.toFixed(3)} (${quality.ndcgAt10.low.toFixed(3)} to ${quality.ndcgAt10.high.toFixed(3)})  ${(1e6 / serving.predictionsPerSecond).toFixed(1)} µs a prediction`,
    );
    return { trained: each, quality, serving, onnx: exportOnnx(each.model) };
  });
}

function trainAll(split: RatingSplit, seed: number, report: Report): Promise<TrainedModel[]> {
  return trainModels(split, {
    seed,
    onProgress: ({ variant, member, epoch, loss }) => {
      if (epoch % 2 === 0) report(`training ${variant} member ${member + 1}, epoch ${epoch}: loss ${loss.toFixed(4)}`);
    },
  });
}
