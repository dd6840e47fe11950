import { createRandom } from '../random/xoshiro.ts';
import type { RecommenderModel } from '../training/recommender-model.ts';
import { createPredictor, type Predictor } from './predictor.ts';

/**
 * Resources that a model used for predictions. A prediction is one user's top ten. Prices are not included: metering
 * multiplies usage by a price.
 */
export interface PredictionMeasurement {
  readonly predictions: number;
  /** Seconds in which the one thread was busy with them; time in which other programs had its core is not counted. */
  readonly busySeconds: number;
  readonly threads: 1;
  readonly runtime: Predictor['runtime'];
  readonly batchSize: number;
  readonly predictionsPerSecond: number;
  /** Median and 95th percentile of the time of one batch. */
  readonly p50Ms: number;
  readonly p95Ms: number;
  /** Each repetition separately; their spread shows how stable the machine was. */
  readonly repetitions: readonly Repetition[];
  /** Milliseconds since 1970, from the first timed batch to the last. */
  readonly startedAtMs: number;
  readonly endedAtMs: number;
}

interface Repetition {
  readonly predictions: number;
  readonly busyMs: number;
  /** Seconds that single batches took, by the thread's own time: a part of them, evenly spread. */
  readonly serviceSeconds: readonly number[];
}

const MOST_SERVICE_TIMES = 250;

export interface MeasureOptions {
  /** Users per call; default 64. */
  readonly batchSize?: number;
  /** Timed seconds per repetition; default 0.15. */
  readonly secondsPerRepetition?: number;
  /** Default 8: an interval needs five. */
  readonly repetitions?: number;
  /** Untimed seconds before the first repetition; default 0.2. */
  readonly warmUpSeconds?: number;
  /** Chooses the users; default 1. */
  readonly seed?: number;
  /** The exported model where it exists already; `null` forces the TypeScript scorer. */
  readonly onnx?: Uint8Array | null;
}

/** Measures one model; see `measureModels` to compare several. */
export async function measurePredictions(
  model: RecommenderModel,
  options: MeasureOptions = {},
): Promise<PredictionMeasurement> {
  await using predictor = await createPredictor(model, options.onnx === undefined ? {} : { onnx: options.onnx });
  const meter = createMeter(predictor, model, options);
  await meter.warmUp();
  for (let repetition = 0; repetition < (options.repetitions ?? 8); repetition++) await meter.repeat();
  return meter.result();
}

/**
 * Measures several models in turns, one repetition of each at a time, so that a slow moment of the machine falls on all
 * of them and their ratio stays true. Results are in the order of `models`.
 */
export async function measureModels(
  models: readonly RecommenderModel[],
  options: Omit<MeasureOptions, 'onnx'> = {},
): Promise<PredictionMeasurement[]> {
  await using predictors = new AsyncDisposableStack();
  const meters: Meter[] = [];
  for (const model of models) meters.push(createMeter(predictors.use(await createPredictor(model)), model, options));
  for (const meter of meters) await meter.warmUp();
  for (let repetition = 0; repetition < (options.repetitions ?? 8); repetition++) {
    for (const meter of meters) await meter.repeat();
  }
  return meters.map((meter) => meter.result());
}

interface Meter {
  warmUp(): Promise<void>;
  repeat(): Promise<void>;
  result(): PredictionMeasurement;
}

function createMeter(predictor: Predictor, model: RecommenderModel, options: MeasureOptions): Meter {
  const { batchSize = 64, secondsPerRepetition = 0.15, warmUpSeconds = 0.2, seed = 1 } = options;
  const random = createRandom(seed);
  const batchMs: number[] = [];
  const repetitions: Repetition[] = [];
  let startedAtMs = 0;
  let endedAtMs = 0;
  const run = async (seconds: number): Promise<number[]> => {
    const times: number[] = [];
    const until = performance.now() + seconds * 1000;
    do {
      const users = BigInt64Array.from({ length: batchSize }, () => BigInt(random.integer(model.userCount)));
      const begin = performance.now();
      await predictor.predict(users);
      times.push(performance.now() - begin);
    } while (performance.now() < until);
    return times;
  };
  return {
    warmUp: async () => {
      await run(warmUpSeconds);
    },
    repeat: async () => {
      if (startedAtMs === 0) startedAtMs = performance.timeOrigin + performance.now();
      const before = process.cpuUsage();
      const times = await run(secondsPerRepetition);
      // The processor's time is that of all threads of the process, so it may be more than the one thread could take.
      const busyMs = Math.min(sum(times), cpuMsSince(before));
      endedAtMs = performance.timeOrigin + performance.now();
      const serviceSeconds = spreadPart(times).map((ms) => (ms * (busyMs / sum(times))) / 1000);
      repetitions.push({ predictions: times.length * batchSize, busyMs, serviceSeconds });
      for (const time of times) batchMs.push(time);
    },
    result: () => {
      const sorted = Float64Array.from(batchMs).sort();
      const predictions = batchMs.length * batchSize;
      const busySeconds = sum(repetitions.map(({ busyMs }) => busyMs)) / 1000;
      return {
        predictions,
        busySeconds,
        threads: 1,
        runtime: predictor.runtime,
        batchSize,
        predictionsPerSecond: predictions / busySeconds,
        p50Ms: quantile(sorted, 0.5),
        p95Ms: quantile(sorted, 0.95),
        repetitions,
        startedAtMs,
        endedAtMs,
      };
    },
  };
}

/** Every n-th value, so that no more than {@link MOST_SERVICE_TIMES} are left. */
function spreadPart(values: readonly number[]): readonly number[] {
  const step = Math.ceil(values.length / MOST_SERVICE_TIMES);
  return values.filter((_, index) => index % step === 0);
}

function cpuMsSince(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** Nearest-rank quantile of ascending values; 0 for an empty sample cannot occur, a run times one batch at least. */
function quantile(sorted: Float64Array, probability: number): number {
  return sorted[Math.min(sorted.length - 1, Math.ceil(probability * sorted.length) - 1)] ?? 0;
}
