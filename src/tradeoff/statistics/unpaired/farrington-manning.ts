import { computeNormalQuantile, findRoot } from '../../../platform/numbers/index.ts';
import type { Interval, Successes } from '../outcomes.ts';

const TOLERANCE = 1e-13;

/**
 * Maximum likelihood estimates of two proportions whose difference candidate - baseline is `difference`, -1 <= difference <= 1: the
 * root of a cubic in closed form. Source: Farrington and Manning, Statistics in Medicine 9 (1990), 1447-1454, appendix.
 */
export function computeRestrictedShares(
  candidate: Successes,
  baseline: Successes,
  difference: number,
): { readonly candidate: number; readonly baseline: number } {
  const theta = baseline.n / candidate.n;
  const [shareCandidate, shareBaseline] = [candidate.successes / candidate.n, baseline.successes / baseline.n];
  const a = 1 + theta;
  const b = -(1 + theta + shareCandidate + theta * shareBaseline + difference * (theta + 2));
  const c = difference ** 2 + difference * (2 * shareCandidate + theta + 1) + shareCandidate + theta * shareBaseline;
  const d = -shareCandidate * difference * (1 + difference);
  const v = (b / (3 * a)) ** 3 - (b * c) / (6 * a * a) + d / (2 * a);
  const u = (v < 0 ? -1 : 1) * Math.sqrt(Math.max(0, (b / (3 * a)) ** 2 - c / (3 * a)));
  const cosine = u === 0 ? 0 : Math.min(1, Math.max(-1, v / u ** 3));
  const angle = (Math.PI + Math.acos(cosine)) / 3;
  const restricted = 2 * u * Math.cos(angle) - b / (3 * a);
  const bounded = Math.min(Math.max(restricted, 0, difference), 1, 1 + difference);
  return { candidate: bounded, baseline: Math.min(1, Math.max(0, bounded - difference)) };
}

/**
 * Farrington and Manning's score statistic of a difference of proportions, standard normal where `difference` is the true one; falls
 * as `difference` rises.
 */
export function computeFarringtonManningScore(candidate: Successes, baseline: Successes, difference: number): number {
  const away = candidate.successes / candidate.n - baseline.successes / baseline.n - difference;
  if (away === 0) return 0;
  const shares = computeRestrictedShares(candidate, baseline, difference);
  const variance =
    (shares.candidate * (1 - shares.candidate)) / candidate.n + (shares.baseline * (1 - shares.baseline)) / baseline.n;
  return away / Math.sqrt(variance);
}

/**
 * The score interval of a difference of proportions (candidate - baseline), level 1 - 2 tail: all differences that Farrington and
 * Manning's test does not reject. Counts may be fractional; at least one observation an arm.
 */
export function computeFarringtonManningInterval(candidate: Successes, baseline: Successes, tail: number): Interval {
  const z = -computeNormalQuantile(tail);
  const estimate = candidate.successes / candidate.n - baseline.successes / baseline.n;
  const score = (difference: number) => computeFarringtonManningScore(candidate, baseline, difference);
  return {
    lower: estimate <= -1 ? -1 : findRoot((at) => score(at) - z, -1, estimate, TOLERANCE),
    upper: estimate >= 1 ? 1 : findRoot((at) => score(at) + z, estimate, 1, TOLERANCE),
  };
}
