import type { ScalingSpec, Variant } from '../../endpoint-spec/schema.ts';
import { createHpa, createKpa, createSlo, type ReplicaBounds, type ScalingPolicy } from '../../scaling/index.ts';
import type { ReplicaPrice } from './price.ts';

/** Scaling rule of one variant. */
export interface ScalingRule extends ScalingSpec {
  /** Replicas at least; 0: none while nothing comes. */
  readonly min: number;
  /** Replicas at most. */
  readonly max: number;
}

/** Policy of a variant without `scaling`: `min` replicas, or one for a `min` of 0. */
const FIXED = { policy: 'fixed' } as const;

/**
 * The scaling rule of a variant with all defaults filled in. `price`: of a replica; null where neither the document nor the
 * price book has one.
 */
export function buildRule(
  { replicas: { min, max = Math.max(1, min) }, scaling }: Variant,
  defaults: ScalingSpec,
  price: Pick<ReplicaPrice, 'amount'> | null,
): ScalingRule {
  const rule = { ...(scaling ?? { ...defaults, ...FIXED }), min, max };
  // Only the price of a miss is compared with the price of a replica: without `missPrice`, a changed price does not restart the policy.
  if (rule.missPrice === undefined || price === null) return rule;
  return { ...rule, price: price.amount };
}

/** Seconds between two evaluations of the policy `fixed`. */
const FIXED_EVERY_SECONDS = 5;

/**
 * Creates the policy that decides the number of replicas, at least one: the governor decides about zero. Example: `fixed`
 * with 2 to 5 replicas returns 2.
 */
export function createPolicy(rule: ScalingRule, concurrency: number, coldStartSeconds: number): ScalingPolicy {
  const bounds: ReplicaBounds = { min: Math.max(1, rule.min), max: rule.max };
  const { target: targetRatio, price, missPrice } = rule;
  switch (rule.policy) {
    case 'hpa':
      return createHpa({ ...bounds, concurrency, targetRatio });
    case 'kpa':
      return createKpa({ ...bounds, concurrency, targetRatio });
    case 'slo': {
      const missReplicaHours =
        missPrice === undefined || price === undefined ? null : Number(missPrice) / Number(price);
      const waitSeconds = rule.wait / 1000;
      return createSlo({
        ...bounds,
        concurrency,
        coldStartSeconds,
        waitSeconds,
        missRatio: rule.missRatio,
        missReplicaHours,
      });
    }
    case 'fixed':
      return {
        everySeconds: FIXED_EVERY_SECONDS,
        decide: () => ({ replicas: bounds.min, reason: 'fixed number in the endpoint document' }),
      };
  }
}
