import type { ScalingObservation } from './policy.ts';
import { createQueue } from './queue.ts';

export interface MissBudgetOptions {
  /** Seconds of wait above which a request misses the SLO. */
  readonly waitSeconds: number;
  /** Share of requests that may miss it, above 0 and below 1. */
  readonly missRatio: number;
  /** Weight of excess misses; 3 when left out. */
  readonly excessWeight?: number;
}

/** Number of misses that the next requests may have, given the past ones. */
export interface MissBudget {
  add(seen: ScalingObservation): void;
  /**
   * Misses that the next `requests` may have: their share, less `excessWeight` times the excess misses of past requests.
   * Zero or less: these requests cannot compensate for the excess. Example: 0.02 of 1,000 with 5 excess misses so far: 20 -
   * 3 x 5 = 5.
   */
  allowedMisses(requests: number): number;
  /** Requests that have waited too long and still wait. */
  readonly overdue: number;
}

/** Excess misses are compensated within a third of the requests to which the budget applies. */
export const EXCESS_WEIGHT = 3;
/** Waits that were measured a day ago count half, so that an outage does not ask for replicas forever. */
const HALF_LIFE_SECONDS = 24 * 3600;

/**
 * Adaptive conformal inference (Gibbs and Candès, 2021): the level of a forecast follows the misses that the forecast really had, so that the stated
 * share holds on demand of any kind, however wrong the forecast is. The level here is the stated share less the integral of the error, bounded on
 * both sides: it is never above the stated share, and when nothing is allowed the caller takes its safest forecast.
 *
 * Misses are counted from waits as they were measured. A request that still waits is a miss from the moment at which it has waited too long;
 * waiting requests are taken to get places in the order in which they came.
 */
export function createMissBudget({
  waitSeconds,
  missRatio,
  excessWeight = EXCESS_WEIGHT,
}: MissBudgetOptions): MissBudget {
  const waiting = createQueue<number>();
  let overdue = 0;
  let [judged, missed] = [0, 0];
  return {
    add: ({ fromSeconds, atSeconds, arrivalsSeconds, waitsSeconds }) => {
      const kept = 0.5 ** ((atSeconds - fromSeconds) / HALF_LIFE_SECONDS);
      judged *= kept;
      missed *= kept;
      for (const at of arrivalsSeconds) waiting.put(at);
      for (const wait of waitsSeconds) {
        if (overdue > 0) overdue -= 1;
        else waiting.take();
        judged += 1;
        missed += Number(wait === null || wait > waitSeconds);
      }
      while ((waiting.first() ?? Number.POSITIVE_INFINITY) < atSeconds - waitSeconds) {
        waiting.take();
        overdue += 1;
      }
    },
    get overdue() {
      return overdue;
    },
    allowedMisses: (requests) => {
      const excess = missed + overdue - missRatio * (judged + overdue);
      return missRatio * requests - excessWeight * Math.max(0, excess);
    },
  };
}
