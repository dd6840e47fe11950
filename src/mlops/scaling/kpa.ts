import { createConcurrencyWindow } from './concurrency-window.ts';
import { clampReplicas, type ReplicaBounds, type ScalingPolicy } from './policy.ts';
import { createHighestOfLast } from './stabilization.ts';

/** Knative's own defaults: its ConfigMap `config-autoscaler`. */
export const KPA_DEFAULTS = {
  tickSeconds: 2,
  stableSeconds: 60,
  panicSeconds: 6,
  panicThreshold: 2,
  mostUpFactor: 1000,
  mostDownFactor: 2,
  scaleDownDelaySeconds: 0,
} as const;

export interface KpaOptions extends ReplicaBounds {
  /** Requests that one replica serves at a time (`container-concurrency`). */
  readonly concurrency: number;
  /** Share of them that is wanted in use, 0..1 (`container-concurrency-target-percentage`). */
  readonly targetRatio: number;
  /** Seconds for which a count is kept after the last wish for it (`scale-down-delay`). */
  readonly scaleDownDelaySeconds?: number;
}

/**
 * Knative's pod autoscaler: `ceil(concurrency / target)` every 2 s, over 60 s; in panic over 6 s as well, when those alone ask for twice
 * the replicas or more, until 60 s after the last such look, without shrinking. Down by at most half a look
 * (knative/serving, pkg/autoscaler/scaling/autoscaler.go).
 * Example: 12 requests over the last minute and 40 over the last 6 s, on 2 replicas of 8 at 0.7: 3 by the stable window, 8 by the
 * panic window, which is 4 times the 2 that there are: 8.
 */
export function createKpa(options: KpaOptions): ScalingPolicy {
  const { tickSeconds, stableSeconds, panicSeconds, panicThreshold, mostUpFactor, mostDownFactor } = KPA_DEFAULTS;
  const target = options.concurrency * options.targetRatio;
  const seenSoFar = createConcurrencyWindow(stableSeconds);
  const delayed = createHighestOfLast(options.scaleDownDelaySeconds ?? KPA_DEFAULTS.scaleDownDelaySeconds);
  let panic: { readonly since: number; readonly peak: number } | null = null;
  return {
    everySeconds: tickSeconds,
    decide: (seen) => {
      seenSoFar.add(seen);
      const replicas = Math.max(1, seen.replicas);
      const wishOver = (windowSeconds: number) =>
        Math.min(
          Math.max(Math.ceil(seenSoFar.mean(windowSeconds) / target), Math.floor(seen.replicas / mostDownFactor)),
          Math.ceil(replicas * mostUpFactor),
        );
      const [stable, inPanic] = [wishOver(stableSeconds), wishOver(panicSeconds)];
      if (inPanic / replicas >= panicThreshold) panic = { since: seen.atSeconds, peak: panic?.peak ?? 0 };
      else if (panic !== null && seen.atSeconds > panic.since + stableSeconds) panic = null;
      if (panic !== null) panic = { ...panic, peak: Math.max(panic.peak, stable, inPanic) };
      return {
        replicas: clampReplicas(delayed(seen.atSeconds, panic?.peak ?? stable), options),
        reason: panic === null ? `the last ${stableSeconds} s` : `panic: the last ${panicSeconds} s`,
      };
    },
  };
}
