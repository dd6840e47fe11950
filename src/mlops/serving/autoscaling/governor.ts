import type { Clock } from '../../../platform/units/index.ts';
import { ServingProblem } from '../../inference/index.ts';
import type { ReplicaSet } from '../../replicas/index.ts';
import type { ScalingObservation } from '../../scaling/index.ts';
import { createTraffic, type Traffic } from '../../scaling/index.ts';
import type { ScalingRule } from './policy.ts';
import { createPolicy } from './policy.ts';
import type { WantedReplicas } from './wish.ts';
import { limitWish, type SpentBudget } from './wish.ts';

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
function createLooks({ rule, concurrency, coldStartMs, now }: LooksDeps) {
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

/** A change of how many replicas are wanted. */
export interface ReplicaDecision {
  readonly from: number;
  readonly to: number;
  readonly reason: string;
  readonly limitedBy: string | null;
}

export interface GovernorDeps {
  readonly set: Pick<ReplicaSet, 'scale' | 'state' | 'places'>;
  readonly rule: ScalingRule;
  /** Requests that one replica serves at a time. */
  readonly concurrency: number;
  /** Time in which a replica must be ready. */
  readonly startTimeoutMs: number;
  readonly clock: Clock;
  readonly decided: (decision: ReplicaDecision) => void;
}

/** Keeps the number of replicas of one set within policy, bounds and budget. Scales to zero while there are no requests. */
export interface Governor {
  /** Looks where it is time to. */
  tick(): void;
  /** Sets the spent budget that allows no more replicas than `min`; null where no budget is spent. */
  limit(spent: SpentBudget | null): void;
  /** Sets a further minimum of replicas for expected traffic. 0: demand alone decides. */
  expect(replicas: number): void;
  /** Reason for the wanted number of replicas, and the cold start, measured or configured. */
  state(): {
    readonly reason: string;
    readonly limitedBy: string | null;
    readonly coldStartMs: number;
    readonly coldStartMeasured: boolean;
  };
  /** Leaves the set as it is. */
  release(): void;
}

/** Minimum hold timeout of requests, in cold starts. */
const HOLD_COLD_STARTS = 2;
/** Seconds after which who was refused for money may ask again. */
const RETRY_SECONDS = 60;

export function createGovernor({ set, rule, concurrency, startTimeoutMs, clock, decided }: GovernorDeps): Governor {
  const now = createForwardClock(clock);
  const measured = () => set.state().coldStartMs;
  const coldStartMs = () => measured() ?? rule.coldStart;
  const traffic: Traffic = createTraffic(now() / 1000);
  const watches = rule.policy !== 'fixed' || rule.min === 0;
  const looks = createLooks({ rule, concurrency, coldStartMs, now });
  let lastSeenMs = now();
  let reason = 'initial number';
  let spent: SpentBudget | null = null;
  let expected = 0;

  function hold(): void {
    const longest = rule.hold.timeout ?? startTimeoutMs;
    const timeoutMs = Math.max(longest, HOLD_COLD_STARTS * coldStartMs());
    set.places.govern(watches ? { requests: rule.hold.requests, timeoutMs } : null, watches ? watch : null);
  }

  const watch = {
    arrived(): void {
      lastSeenMs = now();
      traffic.arrived(lastSeenMs / 1000);
    },
    waited(waitedMs: number | null): void {
      traffic.waited(waitedMs === null ? null : waitedMs / 1000);
    },
    ended(servedMs: number | null): void {
      lastSeenMs = now();
      traffic.ended(lastSeenMs / 1000, servedMs === null ? null : servedMs / 1000);
    },
    held(): void {
      if (set.state().wanted > 0) return;
      if (spent === null) want(1, 'a request arrived without any replica');
      else refuse();
    },
  };

  function refuse(): void {
    const state = spent?.isUnread === true ? 'cannot be read' : 'is spent';
    const detail = `The budget of the model ${state}, and no replica is running.`;
    // The newest request enters the queue only after this call, so refuse in a microtask.
    queueMicrotask(() => set.places.refuseWaiting(new ServingProblem('unavailable', detail, RETRY_SECONDS)));
  }

  function want(replicas: number, why: string): void {
    const { wanted } = set.state();
    reason = why;
    if (replicas === wanted) return;
    set.scale(replicas);
    decided({ from: wanted, to: replicas, reason: why, limitedBy: spent?.budget ?? null });
  }

  function follow(wish: WantedReplicas): void {
    const { wanted, ready } = set.state();
    const { inFlight, waiting } = set.places.counts();
    const seen = { wanted, ready, inFlight, waiting, quietMs: now() - lastSeenMs, expected, spent };
    const { replicas, reason: why } = limitWish(rule, wish, seen);
    want(replicas, why);
    if (replicas === 0 && waiting > 0) refuse();
  }

  hold();
  const { wanted: present } = set.state();
  if (present < rule.min) want(rule.min, 'minimum of the endpoint document');
  if (present > rule.max) want(rule.max, 'maximum of the endpoint document');
  return {
    tick() {
      if (!looks.due()) return;
      follow(looks.look(traffic.observe(now() / 1000, set.state().wanted)));
      if (looks.relearned()) hold();
    },
    limit(found) {
      const isSame = found?.budget === spent?.budget && found?.isUnread === spent?.isUnread;
      spent = found;
      if (!isSame) looks.soon();
    },
    expect(replicas) {
      expected = replicas;
      looks.soon();
    },
    state: () => ({
      reason,
      limitedBy: spent?.budget ?? null,
      coldStartMs: coldStartMs(),
      coldStartMeasured: measured() !== null,
    }),
    release: () => set.places.govern(null, null),
  };
}

/** The clock of a machine may be set back; time does not go back. Unix milliseconds. */
function createForwardClock(clock: Clock): () => number {
  let latest = clock.now();
  return () => {
    latest = Math.max(latest, clock.now());
    return latest;
  };
}
