import type { ReplicaCapacity, WaitingSlo } from '../../unit-cost/schema.ts';
import type { WaitingShare } from './schema.ts';

/** Shares of waiting requests at which the capacity is measured; with that of the SLO. */
const SHARES = [0.01, 0.05, 0.2, 0.5];
/** Capacities are not measured above this share of full use. */
const MOST_UTILIZATION = 0.9;
const ROUNDING = 1e-6;

/** SLOs with the wait of one SLO at several shares: the capacities at them are a curve of the share by the rate. */
export function listCurveSlos({ waitSeconds, missRatio }: WaitingSlo): WaitingSlo[] {
  const shares = new Set([...SHARES, missRatio]);
  return [...shares].toSorted((a, b) => a - b).map((share) => ({ waitSeconds, missRatio: share }));
}

type Waiting = Pick<WaitingShare, 'share' | 'lower' | 'upper'>;

/**
 * Share of the requests that wait longer than the SLO states, at a rate of one replica in predictions a second. `curve`: capacities of the
 * replica at several shares, with the same wait. The ends are the shares at which the rate is within, or beyond, the 95 % interval of the
 * capacity; between two shares the estimate is interpolated linearly by the rate. From full use on the queue grows without end: 1.
 * null without a capacity.
 *
 * @example a capacity of 2 a second at 5 % and of 4 at 20 %, without intervals: at 3 a second 12.5 %, 5 % to 20 %
 */
export function computeWaitingShare(curve: readonly ReplicaCapacity[], rate: number): Waiting | null {
  const [first] = curve;
  if (first === undefined) return null;
  const fullUse = 1000 / first.secondsPerThousand;
  if (rate >= fullUse) return { share: 1, lower: 1, upper: 1 };
  const steps = curve
    .toSorted((a, b) => a.slo.missRatio - b.slo.missRatio)
    .map(({ slo: { missRatio }, predictionsPerSecond, interval }) => {
      const capacity = predictionsPerSecond ?? 0;
      const isCapped = capacity >= MOST_UTILIZATION * fullUse * (1 - ROUNDING);
      return { missRatio, capacity, isCapped, low: interval?.lower ?? capacity, high: interval?.upper ?? capacity };
    });
  const upper = steps.find(({ low }) => rate <= low)?.missRatio ?? 1;
  const lower = steps.findLast(({ high, isCapped }) => !isCapped && rate > high)?.missRatio ?? 0;
  const share = interpolateShare(steps, rate, fullUse);
  return { share: Math.min(upper, Math.max(lower, share)), lower, upper: Math.max(lower, upper) };
}

/** Straight lines from (0, 0) over the measured capacities to (full use, 1). A capped capacity bounds the share from above only. */
function interpolateShare(
  steps: readonly { readonly missRatio: number; readonly capacity: number }[],
  rate: number,
  fullUse: number,
): number {
  let [before, ratio] = [0, 0];
  for (const { missRatio, capacity } of [...steps, { missRatio: 1, capacity: fullUse }]) {
    if (rate <= capacity) {
      return capacity === before ? ratio : ratio + ((rate - before) / (capacity - before)) * (missRatio - ratio);
    }
    [before, ratio] = [capacity, missRatio];
  }
  return 1;
}

/** Whether the SLO holds: shown, excluded, or null for neither. */
export function checkSlo({ lower, upper }: Waiting, { missRatio }: WaitingSlo): boolean | null {
  if (upper <= missRatio) return true;
  return lower > missRatio ? false : null;
}
