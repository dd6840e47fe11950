import { createConcurrencyWindow } from './concurrency-window.ts';
import { clampReplicas, type ReplicaBounds, type ScalingPolicy } from './policy.ts';
import { createHighestOfLast } from './stabilization.ts';

/** Kubernetes' own defaults: the controller manager's flags and the `behavior` of autoscaling/v2. */
export const HPA_DEFAULTS = {
  syncSeconds: 15,
  toleranceRatio: 0.1,
  stabilizationSeconds: 300,
  mostUpFactor: 2,
  mostUpReplicas: 4,
} as const;

export interface HpaOptions extends ReplicaBounds {
  /** Requests that one replica serves at a time. */
  readonly concurrency: number;
  /** Share of them that is wanted in use, 0..1. */
  readonly targetRatio: number;
}

/**
 * The Horizontal Pod Autoscaler on concurrency: `ceil(replicas x use / target)` every 15 s, with a tolerance of 10 %. It
 * adds at most 100 % or 4 replicas in an evaluation, whichever is more, and removes replicas down to the highest wish of the
 * last 300 s. It never scales to zero (kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale, "Algorithm
 * details").
 * Example: 2 replicas of 8 with 14 requests at target 0.7: ratio 1.25, so 3.
 */
export function createHpa({ concurrency, targetRatio, ...bounds }: HpaOptions): ScalingPolicy {
  const { syncSeconds, toleranceRatio, stabilizationSeconds, mostUpFactor, mostUpReplicas } = HPA_DEFAULTS;
  const seenSoFar = createConcurrencyWindow(syncSeconds);
  const highest = createHighestOfLast(stabilizationSeconds);
  const within = { ...bounds, min: Math.max(1, bounds.min) };
  return {
    everySeconds: syncSeconds,
    decide: (seen) => {
      seenSoFar.add(seen);
      const replicas = Math.max(1, seen.replicas);
      const ratio = seenSoFar.mean(syncSeconds) / concurrency / replicas / targetRatio;
      const exact = Math.abs(ratio - 1) <= toleranceRatio ? replicas : Math.ceil(replicas * ratio);
      const wish = Math.min(exact, Math.max(mostUpFactor * replicas, replicas + mostUpReplicas));
      const held = highest(seen.atSeconds, wish);
      return {
        replicas: clampReplicas(wish < replicas ? held : wish, within),
        reason: `${ratio.toFixed(2)} of the target is used`,
      };
    },
  };
}
