import type { Fleet } from './fleet.ts';
import type { ScalingPolicy } from './policy.ts';
import { createReplicaPool } from './replica-pool.ts';
import { createTraffic } from './traffic.ts';

/** Requests in the order in which they came. */
export interface Trace {
  /** Seconds since the first one; never falls. */
  readonly atSeconds: Float64Array;
  /** Seconds that each holds a place. */
  readonly serviceSeconds: Float64Array;
}

/** The wanted number of replicas from a time on. */
export type Decision = readonly [atSeconds: number, replicas: number];

export interface ReplayResult {
  /** The first wish and every change of it. */
  readonly decisions: readonly Decision[];
  /** Hours of serving and starting replicas. */
  readonly replicaHours: number;
  /** Seconds that each request waited for a place; one that never got any waited to the end. */
  readonly waitsSeconds: Float64Array;
}

export interface Replay extends ReplayResult {
  /** Processes at most so many events; true at the end. */
  goOn(events: number): boolean;
}

/** Requests get this long after the last one has come. */
const TAIL_SECONDS = 60;

/**
 * Simulates a policy on a trace. Requests wait in one queue, first in first out. A wanted replica costs from the decision on
 * and serves after the cold start. No request is moved or cut. The policy sees only the past. The replay ends at the last
 * event within a minute of the last arrival. At equal times, slots are released first, then replicas become ready, then
 * requests arrive, and the policy is evaluated last.
 */
export function createReplay(trace: Trace, policy: ScalingPolicy, fleet: Fleet, initialReplicas: number): Replay {
  const pool = createReplicaPool(fleet, initialReplicas);
  const traffic = createTraffic(0);
  const decisions: Decision[] = [[0, initialReplicas]];
  const waitsSeconds = new Float64Array(trace.atSeconds.length);
  const end = (trace.atSeconds.at(-1) ?? 0) + TAIL_SECONDS;
  let [arrived, begun, now, tick] = [0, 0, 0, policy.everySeconds];
  const arrivalOf = (index: number) => trace.atSeconds[index] ?? Number.POSITIVE_INFINITY;
  const happen = (): void => {
    if (pool.nextChange() <= now) {
      const served = pool.change();
      if (served !== null) traffic.ended(now, served);
    } else if (arrivalOf(arrived) <= now) {
      traffic.arrived(now);
      arrived += 1;
    } else {
      const { replicas } = policy.decide(traffic.observe(now, pool.replicas));
      if (decisions.at(-1)?.[1] !== replicas) decisions.push([now, replicas]);
      pool.scaleTo(replicas);
      tick += policy.everySeconds;
    }
  };
  const fillPlaces = (): void => {
    for (; begun < arrived && pool.hasFreePlace(); begun += 1) {
      const wait = now - arrivalOf(begun);
      waitsSeconds[begun] = wait;
      traffic.waited(wait);
      pool.take(trace.serviceSeconds[begun] ?? 0);
    }
  };
  return {
    decisions,
    waitsSeconds,
    get replicaHours() {
      return pool.replicaSeconds / 3600;
    },
    goOn: (events) => {
      for (let left = events; left > 0; left -= 1) {
        const next = Math.min(arrivalOf(arrived), pool.nextChange(), tick);
        if (next > end) {
          for (let index = begun; index < arrived; index += 1) waitsSeconds[index] = now - arrivalOf(index);
          return true;
        }
        now = next;
        pool.pass(now);
        happen();
        fillPlaces();
      }
      return false;
    },
  };
}

/** Runs the whole replay in one call. */
export function replay(trace: Trace, policy: ScalingPolicy, fleet: Fleet, initialReplicas: number): ReplayResult {
  const whole = createReplay(trace, policy, fleet, initialReplicas);
  whole.goOn(Number.POSITIVE_INFINITY);
  return whole;
}

/** A policy that follows decisions made elsewhere, looking every second. */
export function createDecidedPolicy(decisions: readonly Decision[]): ScalingPolicy {
  let next = 0;
  let latest = 0;
  return {
    everySeconds: 1,
    decide: ({ atSeconds }) => {
      for (let due = decisions[next]; due !== undefined && due[0] <= atSeconds; due = decisions[next]) {
        latest = due[1];
        next += 1;
      }
      return { replicas: latest, reason: 'decided' };
    },
  };
}
