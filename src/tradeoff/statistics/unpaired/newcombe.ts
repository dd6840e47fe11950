import type { Interval, Successes } from '../outcomes.ts';
import { computeWilsonInterval } from './wilson.ts';

/**
 * Newcombe's hybrid score interval of a difference of proportions (candidate - baseline), level 1 - 2 tail: the square-and-add of
 * the Wilson intervals of both arms. Counts may be fractional; at least one observation an arm.
 * Source: Newcombe, Statistics in Medicine 17 (1998), 873-890, method 10.
 *
 * @example computeNewcombeInterval({ successes: 56, n: 70 }, { successes: 48, n: 80 }, 0.025) // 0.0524 to 0.3339
 */
export function computeNewcombeInterval(candidate: Successes, baseline: Successes, tail: number): Interval {
  const [shareCandidate, shareBaseline] = [candidate.successes / candidate.n, baseline.successes / baseline.n];
  const [ofCandidate, ofBaseline] = [computeWilsonInterval(candidate, tail), computeWilsonInterval(baseline, tail)];
  const estimate = shareCandidate - shareBaseline;
  return {
    lower: estimate - Math.hypot(shareCandidate - ofCandidate.lower, ofBaseline.upper - shareBaseline),
    upper: estimate + Math.hypot(ofCandidate.upper - shareCandidate, shareBaseline - ofBaseline.lower),
  };
}
