import { computeNormalQuantile } from '../../../platform/numbers/index.ts';
import type { RolloutSpec } from '../../endpoint-spec/schema.ts';
import { computeDifferenceLow, computeQuantileBounds } from './intervals.ts';
import type { Side } from './side.ts';

/** Chance that a canary as good as the live revision is rolled back, over the whole rollout. */
const FALSE_ALARM = 0.05;
/** Answers of the canary at the first look; the next is at twice as many. */
export const FIRST_LOOK = 20;
const LATENCY_RATIO = 0.95;
const percent = (share: number) => `${(100 * share).toFixed(1)} %`;

/**
 * Why the canary is worse than the live revision; null while that is not shown. `look` counts from 1 over the whole rollout:
 * the k-th look has 6 / (pi k)^2 of the chance of a false alarm, so that all looks together have no more than 5 %, half of
 * it for errors and half for latency.
 * The canary is worse if the lower bound of the difference of the error ratios is above `errorRate`, or if the lower bound
 * of its 95th percentile of latency is above `latencyP95` times the upper bound of the live revision's.
 */
export function explainWorse(live: Side, canary: Side, abortOn: RolloutSpec['abortOn'], look: number): string | null {
  const tail = (FALSE_ALARM * 6) / (Math.PI * look) ** 2;
  const beyond = computeDifferenceLow(
    { count: canary.errors, of: canary.requests },
    { count: live.errors, of: live.requests },
    -computeNormalQuantile(tail / 2),
  );
  if (beyond !== null && beyond > abortOn.errorRate) {
    const shares = [canary, live].map((side) => `${percent(side.errors / side.requests)} of ${side.requests}`);
    return `its error rate is higher: ${shares.join(' against ')}, significantly more than ${percent(abortOn.errorRate)} above the live revision`;
  }
  const z = -computeNormalQuantile(tail / 4);
  const [slow, fast] = [canary, live].map((side) => computeQuantileBounds(side.sorted(), LATENCY_RATIO, z));
  if (slow?.low == null || fast?.high == null || slow.low <= abortOn.latencyP95 * fast.high) return null;
  const times = `${Math.round(slow.at ?? slow.low)} ms against ${Math.round(fast.at ?? fast.high)} ms`;
  return `it is slower: p95 ${times}, significantly more than ${abortOn.latencyP95} times the live revision`;
}
