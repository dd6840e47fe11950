import type { ScalingObservation } from '../../scaling/index.ts';
import { createPolicy, type ScalingRule } from './policy.ts';
import type { WantedReplicas } from './wish.ts';

/** The policy restarts when the cold start becomes longer or shorter by this factor. */
const OTHER_COLD_START = 1.5;

interface LooksDeps {
  readonly rule: ScalingRule;
  readonly concurrency: number;
  /** Measured cold start, or the configured one before the first measurement, in milliseconds. */
  readonly coldStartMs: () => number;
  readonly now: () => number;
}

/** The policy of a rule, and when it looks next. */
export function createLooks({ rule, concurrency, coldStartMs, now }: LooksDeps) {
  let learnedFromMs = coldStartMs();
  let policy = createPolicy(rule, concurrency, learnedFromMs / 1000);
  let nextMs = now() + policy.everySeconds * 1000;
  return {
    due: () => now() >= nextMs,
    /** The next tick is one. */
    soon(): void {
      nextMs = now();
    },
    look(seen: ScalingObservation): WantedReplicas {
      nextMs = now() + policy.everySeconds * 1000;
      return policy.decide(seen);
    },
    /** True when the cold start differs from the one that the policy learned from. The policy `slo` then restarts without its history. */
    relearned(): boolean {
      const ratio = coldStartMs() / Math.max(1, learnedFromMs);
      if (ratio <= OTHER_COLD_START && ratio >= 1 / OTHER_COLD_START) return false;
      learnedFromMs = coldStartMs();
      // The others do not ask how long a start takes.
      if (rule.policy === 'slo') policy = createPolicy(rule, concurrency, learnedFromMs / 1000);
      return true;
    },
  };
}
