import { setImmediate as nextTurn } from 'node:timers/promises';
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
  /** How late the clock of the server is, in milliseconds: the training and the measurement end by its clock. Default: 0. */
  readonly lateMs?: number;
  /** Effort of the measurement of predictions. */
  readonly measure?: Omit<MeasureOptions, 'seed' | 'onnx'>;
}

/** A trained model with its quality on held-out ratings. */
export type EvaluatedModel = Pick<Candidate, 'trained' | 'quality'>;

/** Generates the ratings, trains every model and evaluates it on held-out ratings. */
export async function trainCandidates(options: CandidateOptions): Promise<EvaluatedModel[]> {
  const { seed, report } = options;
  const ratings = generateRatings({ ...options.ratings, seed });
  const split = splitByTime(ratings);
  report(
    `${ratings.users.length.toLocaleString('en')} ratings of ${ratings.userCount.toLocaleString('en')} users over ${ratings.itemCount.toLocaleString('en')} items`,
  );
  const evaluated: EvaluatedModel[] = [];
  for (const trained of await trainAll(split, seed, report)) {
    // Between two evaluations other work of this process continues.
    await nextTurn();
    evaluated.push({ trained, quality: evaluate(trained.model, split) });
  }
  return evaluated;
}

/** Measures the cost of predictions of trained models; nothing else should run meanwhile. */
export async function measureCandidates(
  evaluated: readonly EvaluatedModel[],
  { seed, report, measure, lateMs = 0 }: CandidateOptions,
): Promise<Candidate[]> {
  const measured = await measureModels(
    evaluated.map(({ trained }) => trained.model),
    { ...measure, seed },
  );
  return evaluated.map(({ trained, quality }, index) => {
    const serving = measured[index];
    if (serving === undefined) throw new Error(`${trained.variant.name} was not measured`);
    report(
      `${trained.variant.name.padEnd(16)} NDCG@10 ${quality.ndcgAt10.mean.toFixed(3)} (${quality.ndcgAt10.low.toFixed(3)} to ${quality.ndcgAt10.high.toFixed(3)})  ${(1e6 / serving.predictionsPerSecond).toFixed(1)} µs a prediction`,
    );
    return moveTimes({ trained, quality, serving, onnx: exportOnnx(trained.model) }, lateMs);
  });
}

/** Generates the ratings, trains every model, evaluates it on held-out ratings and measures the cost of predictions. */
export async function makeCandidates(options: CandidateOptions): Promise<Candidate[]> {
  return measureCandidates(await trainCandidates(options), options);
}

/** The times of the training and of the measurement by a clock that is late. */
function moveTimes({ trained, serving, ...rest }: Candidate, lateMs: number): Candidate {
  const intervals = trained.intervals.map(({ startedAtMs, endedAtMs, ...interval }) => ({
    ...interval,
    ...{ startedAtMs: startedAtMs - lateMs, endedAtMs: endedAtMs - lateMs },
  }));
  return {
    ...rest,
    trained: { ...trained, intervals },
    serving: { ...serving, endedAtMs: serving.endedAtMs - lateMs },
  };
}

function trainAll(split: RatingSplit, seed: number, report: Report): Promise<TrainedModel[]> {
  return trainModels(split, {
    seed,
    onProgress: ({ variant, member, epoch, loss }) => {
      if (epoch % 2 === 0) report(`training ${variant} member ${member + 1}, epoch ${epoch}: loss ${loss.toFixed(4)}`);
    },
  });
}
