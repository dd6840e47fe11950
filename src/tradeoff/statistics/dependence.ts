/** Lags that a running estimate retains: correlation dies out before them at 0.9 a step. */
const RUNNING_LAGS = 50;
/** Fewer values than this say nothing of their correlation. */
const LEAST_VALUES = 8;

/** Lag-1 autocorrelation, -1 to 1; null below three values or where all are equal. Example: 1, 2, 3, 4 -> 0.25. */
export function computeLagOneCorrelation(values: ArrayLike<number>): number | null {
  if (values.length < 3) return null;
  const covariances = createAutocovariances(values);
  const variance = covariances(0);
  return variance > 0 ? covariances(1) / variance : null;
}

/** Independent observations that carry as much as `n` of an AR(1) series: n (1 - r) / (1 + r), at most n. Example: 1,000 at 0.6 -> 250. */
export function computeEffectiveSize(n: number, correlation: number): number {
  return correlation <= 0 ? n : (n * (1 - correlation)) / (1 + correlation);
}

/**
 * Factor (at least 1) by which the dependence of a series raises the variance of its mean: 1 + 2 x the sum of its autocorrelations, by
 * Geyer's initial monotone sequence (1992), which follows the decay of the correlation and assumes no model: the formula
 * (1 + r) / (1 - r) of an AR(1) is 20 % short for a 0/1 outcome cut from a Gaussian AR(1). One standard error of the estimate is added,
 * sqrt(2 (2 lags + 1) / n) (Sokal 1997), so that short series are not judged too kindly. Null below eight values or where all are
 * equal. Order of the values: in time, within one arm.
 * Example: a series that repeats its last value with probability 0.6 -> about 4.
 */
export function estimateInflation(values: ArrayLike<number>): number | null {
  const n = values.length;
  return n < LEAST_VALUES ? null : sumInitialSequence(createAutocovariances(values), Math.floor(n / 4), n);
}

export interface RunningInflation {
  /** Adds a value: O(1), with fifty products. */
  readonly add: (value: number) => void;
  /** As `estimateInflation` of the values so far, with lags up to 50. */
  readonly inflation: () => number | null;
}

/** `estimateInflation` of a series that arrives value by value. */
export function createRunningInflation(): RunningInflation {
  const products = new Float64Array(RUNNING_LAGS + 1);
  const recent = new Float64Array(RUNNING_LAGS + 1);
  const head = new Float64Array(RUNNING_LAGS + 1);
  let n = 0;
  let sum = 0;
  let first = 0;
  const takeRecent = (lag: number): number => recent[(n - lag + recent.length * 2) % recent.length] as number;
  return {
    add: (value) => {
      if (n === 0) first = value;
      const centred = value - first;
      recent[n % recent.length] = centred;
      if (n <= RUNNING_LAGS) head[n] = centred;
      const most = Math.min(n, RUNNING_LAGS);
      const place = n % recent.length;
      for (let lag = 0; lag <= most; lag += 1) {
        const at = place - lag;
        const before = recent[at < 0 ? at + recent.length : at] as number;
        products[lag] = (products[lag] as number) + centred * before;
      }
      sum += centred;
      n += 1;
    },
    inflation: () => {
      if (n < LEAST_VALUES) return null;
      const mean = sum / n;
      let [ofHead, ofTail] = [0, 0];
      let at = 0;
      const covariances = (lag: number): number => {
        for (; at < lag; at += 1) {
          ofHead += head[at] as number;
          ofTail += takeRecent(at + 1);
        }
        const cross = mean * (2 * sum - ofHead - ofTail);
        return ((products[lag] as number) - cross + (n - lag) * mean * mean) / n;
      };
      return sumInitialSequence(covariances, Math.min(RUNNING_LAGS, Math.floor(n / 4)), n);
    },
  };
}

/** Autocovariances with divisor n, computed as they are asked for. */
function createAutocovariances(values: ArrayLike<number>): (lag: number) => number {
  const n = values.length;
  let sum = 0;
  for (let i = 0; i < n; i += 1) sum += values[i] as number;
  const mean = sum / n;
  return (lag) => {
    let products = 0;
    for (let i = lag; i < n; i += 1) products += ((values[i] as number) - mean) * ((values[i - lag] as number) - mean);
    return products / n;
  };
}

/** 2 x the sum of the pairs of autocovariances while they are positive, each at most the one before, over the variance, less 1. */
function sumInitialSequence(covariances: (lag: number) => number, most: number, n: number): number | null {
  const variance = covariances(0);
  if (!(variance > 0)) return null;
  let pair = variance + covariances(1);
  let sum = pair;
  let lags = 1;
  while (lags + 2 <= most) {
    const next = Math.min(pair, covariances(lags + 1) + covariances(lags + 2));
    if (!(next > 0)) break;
    pair = next;
    sum += pair;
    lags += 2;
  }
  const inflation = (2 * sum) / variance - 1;
  return Math.max(1, inflation) * (1 + Math.sqrt((2 * (2 * lags + 1)) / n));
}

/**
 * The factor of two independent arms together, by the part of each in the variance of the difference of their means; null where one of
 * them has none. `variance` is that of one observation.
 */
export function combineInflations(
  arms: readonly { readonly inflation: number | null; readonly variance: number; readonly n: number }[],
): number | null {
  let [whole, inflated] = [0, 0];
  for (const { inflation, variance, n } of arms) {
    if (inflation === null) return null;
    whole += variance / n;
    inflated += (inflation * variance) / n;
  }
  return whole > 0 ? inflated / whole : null;
}

/**
 * Factor (at least 1) by which clustering raises the variance of a mean: the cluster-robust variance, with the correction G / (G - 1)
 * for G clusters, over the variance of independent values, with one standard error, sqrt(2 / (G - 1)), added. Clusters are callers,
 * users or batches of time; `clusters` names that of each value. Null below two clusters or where all values are equal.
 * Example: each value counted twice, under its own cluster -> 2, and somewhat more for few clusters.
 */
export function estimateClusterInflation(
  values: ArrayLike<number>,
  clusters: ArrayLike<number | string>,
): number | null {
  const n = values.length;
  let sum = 0;
  for (let i = 0; i < n; i += 1) sum += values[i] as number;
  const mean = sum / n;
  const sums = new Map<number | string, number>();
  let squares = 0;
  for (let i = 0; i < n; i += 1) {
    const away = (values[i] as number) - mean;
    const cluster = clusters[i] as number | string;
    sums.set(cluster, (sums.get(cluster) ?? 0) + away);
    squares += away * away;
  }
  const count = sums.size;
  if (count < 2 || !(squares > 0)) return null;
  let between = 0;
  for (const away of sums.values()) between += away * away;
  const robust = (count / (count - 1)) * between;
  const independent = (n / (n - 1)) * squares;
  return Math.max(1, robust / independent) * (1 + Math.sqrt(2 / (count - 1)));
}

/** The same with `batches` batches of consecutive values as clusters: batch means, for a series in time. Null below two batches. */
export function estimateBatchInflation(values: ArrayLike<number>, batches: number): number | null {
  const size = values.length / batches;
  const clusters = Float64Array.from({ length: values.length }, (_, place) => Math.floor(place / size));
  return estimateClusterInflation(values, clusters);
}
