import { computeNormalQuantile, findRoot } from '../../../platform/numbers/index.ts';
import type { Interval, PairedCounts } from '../outcomes.ts';

const TOLERANCE = 1e-13;

/**
 * Tango's score interval of a paired difference of proportions (candidate - baseline), level 1 - 2 tail: all differences that the
 * score test does not reject. It is proper with few or no discordant pairs. Counts may be fractional (effective sample sizes); at
 * least one pair. Source: Tango, Statistics in Medicine 17 (1998), 891-908.
 *
 * @example computeTangoInterval({ both: 43, onlyCandidate: 0, onlyBaseline: 1, neither: 0 }, 0.025) // -0.118 to 0.059
 */
export function computeTangoInterval(counts: PairedCounts, tail: number): Interval {
  const z = -computeNormalQuantile(tail);
  const n = countPairs(counts);
  const estimate = (counts.onlyCandidate - counts.onlyBaseline) / n;
  const score = (difference: number) => computeTangoScore(counts, difference);
  return {
    lower: estimate <= -1 ? -1 : findRoot((at) => score(at) - z, -1, estimate, TOLERANCE),
    upper: estimate >= 1 ? 1 : findRoot((at) => score(at) + z, estimate, 1, TOLERANCE),
  };
}

/**
 * Score statistic of the paired difference `difference`, standard normal where it is the true one; falls as `difference` rises. Its
 * square at 0 is McNemar's chi-square.
 */
export function computeTangoScore(counts: PairedCounts, difference: number): number {
  const n = countPairs(counts);
  const away = counts.onlyCandidate - counts.onlyBaseline - n * difference;
  if (away === 0) return 0;
  return away / Math.sqrt(n * computeRestrictedVariance(counts, difference));
}

/** Variance of one paired difference under the maximum likelihood estimate where the mean difference is `difference`. */
export function computeRestrictedVariance(counts: PairedCounts, difference: number): number {
  const { onlyCandidate, onlyBaseline } = counts;
  const n = countPairs(counts);
  const linear = -onlyCandidate - onlyBaseline + (2 * n - onlyCandidate + onlyBaseline) * difference;
  const constant = -onlyBaseline * difference * (1 - difference);
  const root = Math.sqrt(Math.max(0, linear * linear - 8 * n * constant));
  // Of the two forms of the larger root, the one that does not subtract near-equal numbers.
  const share = linear > 0 ? (-2 * constant) / (root + linear) : (root - linear) / (4 * n);
  return Math.max(0, 2 * share + difference * (1 - difference));
}

function countPairs({ both, onlyCandidate, onlyBaseline, neither }: PairedCounts): number {
  return both + onlyCandidate + onlyBaseline + neither;
}
