import type { Interval } from '../outcomes.ts';

/** Number of observations, of both arms together, at which GrowthBook's sequences are tightest unless told otherwise. */
export const DEFAULT_TUNED_AT = 5000;

/** One-sided: each end errs with `tail`. Two-sided: both ends together err with twice `tail`. */
export type SequenceSides = 'one-sided' | 'two-sided';

export interface SequenceQuestion {
  /** Error of each end over the whole sequence, 0 < tail < 0.5. */
  readonly tail: number;
  /** Observations, of both arms together, at which the sequence is tightest. Default 5,000. */
  readonly tunedAt?: number;
  readonly sides?: SequenceSides;
}

/**
 * The square of GrowthBook's rho: the precision of the normal mixture that makes the sequence tightest at `tunedAt` observations,
 * (-2 ln a + ln(1 - 2 ln a)) / tunedAt with a = 2 tail (Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas 2023, arXiv 2103.06476).
 */
function computeMixtureScale({ tail, tunedAt = DEFAULT_TUNED_AT }: SequenceQuestion): number {
  if (!(tail > 0 && tail < 0.5)) throw new RangeError(`tail must lie between 0 and 0.5, not ${tail}`);
  if (!(tunedAt >= 1)) throw new RangeError(`tunedAt must be at least 1, not ${tunedAt}`);
  const logLevel = Math.log(2 * tail);
  return (-2 * logLevel + Math.log(1 - 2 * logLevel)) / tunedAt;
}

/**
 * Standard errors between the estimate and an end of the asymptotic confidence sequence at `n` observations of both arms:
 * sqrt(2 (n r^2 + 1) / (n r^2) L), with L = ln(1 + sqrt(n r^2 + 1) / (2 tail)) one-sided and ln(sqrt(n r^2 + 1) / (2 tail)) two-sided.
 * The counterpart of 1.645 of a single test; infinite without observations.
 * Source: GrowthBook 0.8, `gbstats/frequentist/tests.py`. Example: n 5,000, tail 0.05 -> 2.78.
 */
export function computeSequenceMultiplier(n: number, question: SequenceQuestion): number {
  if (!(n > 0)) return Number.POSITIVE_INFINITY;
  const information = n * computeMixtureScale(question);
  const ratio = Math.sqrt(information + 1) / (2 * question.tail);
  const log = question.sides === 'two-sided' ? Math.log(ratio) : Math.log1p(ratio);
  return Math.sqrt((2 * (information + 1) * log) / information);
}

/** Two-sided p-value, valid at any time: min(1, sqrt(n r^2 + 1) exp(-r^2 S / (2 (n r^2 + 1)))) with S = n z^2 (equation 155). */
export function computeSequencePValue(z: number, n: number, question: SequenceQuestion): number {
  if (!(n > 0)) return 1;
  const information = n * computeMixtureScale(question);
  const evidence = (information * z * z) / (2 * (information + 1));
  return Math.min(1, Math.sqrt(information + 1) * Math.exp(-evidence));
}

/** Mean and variance of values that arrive one by one. */
export interface RunningMoments {
  n: number;
  mean: number;
  /** Sum of the squared deviations from the mean. */
  squares: number;
}

export function createMoments(): RunningMoments {
  return { n: 0, mean: 0, squares: 0 };
}

/** Adds a value (Welford 1962): O(1), and exact where a sum of squares would cancel. */
export function addToMoments(moments: RunningMoments, value: number): void {
  moments.n += 1;
  const away = value - moments.mean;
  moments.mean += away / moments.n;
  moments.squares += away * (value - moments.mean);
}

/** Unbiased variance; null below two values. */
export function computeVariance({ n, squares }: RunningMoments): number | null {
  return n < 2 ? null : squares / (n - 1);
}

export interface MeanSequence {
  /** Adds an observation: O(1). A value that is not finite is a bug of the caller and throws a RangeError. */
  readonly add: (value: number) => void;
  /** Interval of the mean that holds at this n and at every other n; unbounded below two values and at zero variance. */
  readonly interval: () => Interval;
}

/**
 * Asymptotic confidence sequence of a mean, for values without known bounds (cost, latency, paired differences). Both ends together
 * hold over all n with probability 1 - 2 tail, for large n; it is wide at small n. With a constant sample the variance is unknown
 * rather than zero, and the interval is unbounded.
 * Example: `const cost = createMeanSequence({ tail: 0.05 }); cost.add(0.4); cost.interval()`.
 */
export function createMeanSequence(question: SequenceQuestion): MeanSequence {
  const moments = createMoments();
  return {
    add: (value) => {
      if (!Number.isFinite(value)) throw new RangeError(`An observation must be a finite number, not ${value}`);
      addToMoments(moments, value);
    },
    interval: () => {
      const variance = computeVariance(moments);
      if (variance === null || variance === 0)
        return { lower: Number.NEGATIVE_INFINITY, upper: Number.POSITIVE_INFINITY };
      const half = Math.sqrt(variance / moments.n) * computeSequenceMultiplier(moments.n, question);
      return { lower: moments.mean - half, upper: moments.mean + half };
    },
  };
}
