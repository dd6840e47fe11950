import { computeLogGamma, computeLogIncompleteBeta } from '../../../platform/numbers/index.ts';
import type { Interval } from '../outcomes.ts';

export interface QuantileQuestion {
  /** The quantile, 0 < quantile < 1: 0.95 for p95. */
  readonly quantile: number;
  /** Error of each end over the whole sequence, 0 < tail < 0.5. */
  readonly tail: number;
  /** Observations of one arm at which the sequence is tightest. Default 2,500. */
  readonly tunedAt?: number;
}

const DEFAULT_TUNED_AT = 2500;

/**
 * ln of the evidence, a test supermartingale, that the values at or below a point are more (or fewer) than the share `share`: the
 * beta-binomial mixture of Howard and Ramdas (2022), truncated to one side. `below` of `n` values lie at or below the point.
 */
export interface CountEvidence {
  readonly forMore: (below: number, n: number) => number;
  readonly forFewer: (below: number, n: number) => number;
}

/**
 * The mixture at the null share, tightest at `tunedAt` observations: a beta prior of the weight w = max(v / (ln terms) / (p q) - 1,
 * 0.001) on each side of the share. Equal to `confseq.boundaries.beta_binomial_log_mixture` with g = p, h = 1 - p, v = p (1 - p) n.
 */
export function createCountEvidence({ quantile, tail, tunedAt = DEFAULT_TUNED_AT }: QuantileQuestion): CountEvidence {
  if (!(quantile > 0 && quantile < 1)) throw new RangeError(`A quantile must lie between 0 and 1, not ${quantile}`);
  if (!(tail > 0 && tail < 0.5)) throw new RangeError(`tail must lie between 0 and 0.5, not ${tail}`);
  if (!(tunedAt >= 1)) throw new RangeError(`tunedAt must be at least 1, not ${tunedAt}`);
  const log = -Math.log(2 * tail);
  const weight = Math.max(tunedAt / (2 * log + Math.log(1 + 2 * log)) - 1, 1e-3);
  const more = createMixture(quantile, weight);
  const fewer = createMixture(1 - quantile, weight);
  return { forMore: more, forFewer: (below, n) => fewer(n - below, n) };
}

/** Evidence that successes are more than `share`: the beta prior with mean `share`, restricted to larger shares. */
function createMixture(share: number, weight: number): (successes: number, n: number) => number {
  const [a, b] = [share * weight, (1 - share) * weight];
  const prior = computeLogUpperBeta(a, b, share);
  const [logShare, logRest] = [Math.log(share), Math.log1p(-share)];
  return (successes, n) => {
    const failures = n - successes;
    return computeLogUpperBeta(a + successes, b + failures, share) - prior - successes * logShare - failures * logRest;
  };
}

/** ln of the integral of x^(a-1) (1-x)^(b-1) from `from` to 1. */
function computeLogUpperBeta(a: number, b: number, from: number): number {
  const whole = computeLogGamma(a) + computeLogGamma(b) - computeLogGamma(a + b);
  return whole + computeLogIncompleteBeta(1 - from, b, a);
}

/**
 * Confidence sequence of one quantile of values that arrive over time: valid at every n together with error `tail` for each end,
 * for any distribution, ties included. `ascending` are the values so far in ascending order. An end is infinite while there are too
 * few values. O(log n) evaluations of the mixture. Source: Howard and Ramdas (2022), "Sequential estimation of quantiles".
 * Example: the p95 of 10,000 latencies -> the values of ranks 9,437 and 9,562 at tail 0.05.
 */
export function computeQuantileInterval(ascending: Float64Array, question: QuantileQuestion): Interval {
  const evidence = createCountEvidence(question);
  const n = ascending.length;
  const threshold = -Math.log(question.tail);
  const lower = findFirst(n + 1, (below) => evidence.forFewer(below, n) < threshold);
  const upper = findFirst(n + 1, (below) => evidence.forMore(below, n) >= threshold);
  return {
    lower: lower === 0 || lower > n ? Number.NEGATIVE_INFINITY : (ascending[lower - 1] as number),
    upper: upper > n ? Number.POSITIVE_INFINITY : (ascending[upper - 1] as number),
  };
}

/** The first of 0, 1, …, count - 1 for which a condition that stays true once it is true holds; `count` where there is none. */
function findFirst(count: number, isTrue: (place: number) => boolean): number {
  let [from, to] = [0, count];
  while (from < to) {
    const middle = (from + to) >> 1;
    if (isTrue(middle)) to = middle;
    else from = middle + 1;
  }
  return from;
}

/**
 * Confidence sequence of the difference of a quantile, candidate - baseline, of two independent arms. A difference is excluded when the
 * evidence of both arms together excludes it for every possible pair of quantiles: tighter than the difference of two intervals.
 * Both arms ascending; `tunedAt` counts the observations of one arm. O(n) evaluations.
 * Example: p95 of two arms of equal latencies -> an interval around 0.
 */
export function computeQuantileDifference(
  candidate: Float64Array,
  baseline: Float64Array,
  question: QuantileQuestion,
): Interval {
  const evidence = createCountEvidence(question);
  const threshold = -Math.log(question.tail);
  return {
    lower: computeLowerDifference(candidate, baseline, evidence, threshold),
    upper: -computeLowerDifference(baseline, candidate, evidence, threshold),
  };
}

/**
 * The same for the ratio candidate / baseline of positive values: the difference of the logarithms.
 * Errors: RangeError where a value is not positive.
 */
export function computeQuantileRatio(
  candidate: Float64Array,
  baseline: Float64Array,
  question: QuantileQuestion,
): Interval {
  if ((candidate[0] ?? 1) <= 0 || (baseline[0] ?? 1) <= 0) throw new RangeError('A ratio needs positive values');
  const { lower, upper } = computeQuantileDifference(candidate.map(Math.log), baseline.map(Math.log), question);
  return { lower: Math.exp(lower), upper: Math.exp(upper) };
}

/**
 * The smallest difference d = higher - lower that the evidence does not exclude. With x as the quantile of the lower arm, evidence
 * against d is that more than the share of the lower arm is below x, times that fewer than the share of the higher arm are at or below
 * x + d. With `below` values of the lower arm below x, x is at most the next value, and d is not excluded once x + d reaches the first
 * value of the higher arm with a rank that leaves the product under the threshold. That rank rises with `below`: one pass over both.
 */
function computeLowerDifference(
  higher: Float64Array,
  lower: Float64Array,
  evidence: CountEvidence,
  threshold: number,
): number {
  if (higher.length === 0 || lower.length === 0) return Number.NEGATIVE_INFINITY;
  let rank = findFirst(
    higher.length + 1,
    (below) => evidence.forFewer(below, higher.length) < threshold - evidence.forMore(0, lower.length),
  );
  let smallest = Number.POSITIVE_INFINITY;
  for (let below = 0; below <= lower.length; below += 1) {
    const needed = threshold - evidence.forMore(below, lower.length);
    while (rank <= higher.length && evidence.forFewer(rank, higher.length) >= needed) rank += 1;
    if (rank > higher.length) break;
    if (rank === 0 || below === lower.length) return Number.NEGATIVE_INFINITY;
    smallest = Math.min(smallest, (higher[rank - 1] as number) - (lower[below] as number));
  }
  return smallest;
}
