/** Serialized state of a sketch, for a store or another process. */
export interface SketchState {
  /** Relative error that the sketch was made with. */
  readonly relativeError: number;
  /** Number of values that are zero, or too small to be distinguished from zero. */
  readonly zeros: number;
  /** Values by the bucket they fall into, in the order of the buckets. */
  readonly positive: readonly (readonly [bucket: number, count: number])[];
  /** The same for negative values, by their size. */
  readonly negative: readonly (readonly [bucket: number, count: number])[];
  readonly sum: number;
  /** Null when there is no value. */
  readonly min: number | null;
  readonly max: number | null;
}

/** Quantile sketch with a relative error; sketches of several times and machines can be merged. */
export interface DdSketch {
  /** Adds a value `count` times (an integer, default 1). Throws a RangeError where the value is not a finite number. */
  add(value: number, count?: number): void;
  /**
   * The value below which a share of `ratio` (0..1) of the values lies, by the lower of two order statistics; within `relativeError` of it.
   * Null when there is no value: unknown, not zero.
   */
  quantile(ratio: number): number | null;
  /** Number of values above a positive value (RangeError otherwise). Values within `relativeError` of it count on either side. */
  above(value: number): number;
  /** Merges another sketch into this one. Throws a RangeError when its relative error differs. */
  merge(other: DdSketch): void;
  readonly count: number;
  readonly sum: number;
  readonly min: number | null;
  readonly max: number | null;
  state(): SketchState;
}

/** Smaller than this is taken for zero: buckets of subnormal numbers have no relative error to speak of. */
const LEAST_MAGNITUDE = 1e-300;

/**
 * DDSketch (Masson, Rim and Lee, PVLDB 12(12), 2019) with the logarithmic mapping and an unlimited number of buckets. With g
 * = (1 + a) / (1 - a), bucket i holds values above g^(i-1) and at most g^i, and represents them by 2 g^i / (g + 1), which is
 * within the relative error a of each of them. Merging adds counts, so it is exact and its order does not matter. Latencies
 * from a microsecond to a day take at most 1,260 buckets at a = 0.01.
 * Example: the quantile 0.5 of 1, 2, 3, 4 and 5 at 0.01 is between 2.97 and 3.03.
 */
export function createDdSketch(relativeError = 0.01): DdSketch {
  if (!(relativeError > 0 && relativeError < 1)) {
    throw new RangeError(`A relative error must be between 0 and 1, not ${relativeError}.`);
  }
  const growth = (1 + relativeError) / (1 - relativeError);
  const perLog = 1 / Math.log(growth);
  const positive = new Map<number, number>();
  const negative = new Map<number, number>();
  let [zeros, count, sum] = [0, 0, 0];
  let [min, max] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  const bucketOf = (magnitude: number): number => Math.ceil(Math.log(magnitude) * perLog);
  // In two factors: the power alone would overflow before the value does.
  const middleOf = (bucket: number): number => (2 / (growth + 1)) * growth * growth ** (bucket - 1);
  const within = (value: number): number => Math.min(max, Math.max(min, value));
  const put = (buckets: Map<number, number>, bucket: number, times: number): void =>
    void buckets.set(bucket, (buckets.get(bucket) ?? 0) + times);

  const add = (value: number, times = 1): void => {
    if (!Number.isFinite(value)) throw new RangeError(`A sketch accepts finite numbers, not ${value}.`);
    if (!Number.isSafeInteger(times) || times < 1)
      throw new RangeError(`A count must be a whole number, not ${times}.`);
    if (Math.abs(value) < LEAST_MAGNITUDE) zeros += times;
    else put(value > 0 ? positive : negative, bucketOf(Math.abs(value)), times);
    count += times;
    sum += value * times;
    min = Math.min(min, value);
    max = Math.max(max, value);
  };

  const quantile = (ratio: number): number | null => {
    if (!(ratio >= 0 && ratio <= 1)) throw new RangeError(`A quantile is between 0 and 1, not ${ratio}.`);
    if (count === 0) return null;
    let rank = Math.floor(ratio * (count - 1));
    for (const [bucket, held] of sortBuckets(negative).toReversed()) {
      if (rank < held) return within(-middleOf(bucket));
      rank -= held;
    }
    if (rank < zeros) return within(0);
    rank -= zeros;
    for (const [bucket, held] of sortBuckets(positive)) {
      if (rank < held) return within(middleOf(bucket));
      rank -= held;
    }
    return max;
  };

  const above = (value: number): number => {
    if (!(value > 0 && Number.isFinite(value)))
      throw new RangeError(`Values are counted above a positive number, not ${value}.`);
    const last = bucketOf(value);
    let higher = 0;
    for (const [bucket, held] of positive) if (bucket > last) higher += held;
    return higher;
  };

  return {
    add,
    quantile,
    above,
    merge: (other) => {
      const from = other.state();
      if (from.relativeError !== relativeError) {
        throw new RangeError(`Sketches of relative error ${relativeError} and ${from.relativeError} cannot be merged.`);
      }
      for (const [bucket, held] of from.positive) put(positive, bucket, held);
      for (const [bucket, held] of from.negative) put(negative, bucket, held);
      zeros += from.zeros;
      count += other.count;
      sum += from.sum;
      min = Math.min(min, from.min ?? min);
      max = Math.max(max, from.max ?? max);
    },
    get count() {
      return count;
    },
    get sum() {
      return sum;
    },
    get min() {
      return count === 0 ? null : min;
    },
    get max() {
      return count === 0 ? null : max;
    },
    state: () => ({
      relativeError,
      zeros,
      positive: sortBuckets(positive),
      negative: sortBuckets(negative),
      sum,
      min: count === 0 ? null : min,
      max: count === 0 ? null : max,
    }),
  };
}

/** Restores a sketch from the result of `state`, from this process or another. */
export function restoreDdSketch(state: SketchState): DdSketch {
  const count = [...state.positive, ...state.negative].reduce((sum, [, held]) => sum + held, state.zeros);
  const sketch = createDdSketch(state.relativeError);
  sketch.merge({ ...sketch, count, state: () => state });
  return sketch;
}

function sortBuckets(buckets: ReadonlyMap<number, number>): [number, number][] {
  return [...buckets].toSorted(([a], [b]) => a - b);
}
