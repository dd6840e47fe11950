import type { ScalingRule } from './policy.ts';

/** Wanted number of replicas, with the reason. */
export interface WantedReplicas {
  readonly replicas: number;
  /** Reason, as text for people. */
  readonly reason: string;
}

/** The spent budget that prevents more replicas. */
export interface SpentBudget {
  /** Name of the budget. */
  readonly budget: string;
  /** Reason, as text for people. */
  readonly why: string;
  /** Whether it cannot be read, and so cannot grant more: replicas that run stay. Left out: it is spent. */
  readonly isUnread?: boolean;
}

/** State of a replica set that a policy does not see. */
export interface Circumstances {
  readonly wanted: number;
  readonly ready: number;
  readonly inFlight: number;
  readonly waiting: number;
  /** Since the last request came or left, in milliseconds. */
  readonly quietMs: number;
  /** Replicas that traffic which is about to come needs; 0 when none is. */
  readonly expected: number;
  /** null while there is money. */
  readonly spent: SpentBudget | null;
}

/**
 * Limits the wish of a policy by budget, bounds and need: no more than `min` replicas where a budget is spent, and no more than now where it cannot be read; none after
 * `idleAfter` without a request if `min` is 0; one for all requests that arrive while there is none.
 * Example: the policy wishes 4 of 1 to 8, and the budget is spent: 1.
 */
export function limitWish(rule: ScalingRule, wish: WantedReplicas, seen: Circumstances): WantedReplicas {
  const { wanted, ready, inFlight, waiting, quietMs, expected, spent } = seen;
  const replicas = Math.min(rule.max, Math.max(wish.replicas, expected));
  const affordable = spent?.isUnread === true ? Math.max(rule.min, wanted) : rule.min;
  if (spent !== null && replicas > affordable) return { replicas: affordable, reason: spent.why };
  if (rule.min === 0 && expected === 0 && inFlight === 0 && waiting === 0) {
    if (wanted === 0) return { replicas: 0, reason: 'no requests' };
    const seconds = Math.round(quietMs / 1000);
    if (quietMs >= rule.idleAfter) return { replicas: 0, reason: `no request for ${seconds} s` };
  }
  const isFirst = rule.min === 0 && ready === 0 && wanted <= 1 && expected <= 1;
  if (isFirst) return { replicas: 1, reason: 'first replica for the queued requests' };
  return { replicas, reason: replicas > wish.replicas ? 'expected traffic' : wish.reason };
}
