import TinyQueue from 'tinyqueue';
import type { Fleet } from './fleet.ts';

/** The replicas of a replay and the places in use; time goes forward with `pass`. */
export interface ReplicaPool {
  /** Replicas that serve or start. */
  readonly replicas: number;
  readonly replicaSeconds: number;
  /** Time at which the next slot is free or the next replica is ready; positive infinity when there is none. */
  nextChange(): number;
  pass(now: number): void;
  /**
   * Applies one change that is due by now: returns the service seconds of a request that ended, or null for a replica that
   * is ready now.
   */
  change(): number | null;
  /** True while a request can be taken. */
  hasFreePlace(): boolean;
  take(serviceSeconds: number): void;
  scaleTo(wish: number): void;
}

/** Starting replicas are given up first, newest first; then those that serve, but none whose places are in use, counted as packed. */
export function createReplicaPool({ concurrency, coldStartSeconds }: Fleet, initialReplicas: number): ReplicaPool {
  /** Release time of every slot in use, the earliest first. */
  const busy = new TinyQueue<number>();
  const nextEnd = () => busy.peek() ?? Number.POSITIVE_INFINITY;
  const services = createServices();
  /** Times at which starting replicas are ready, the earliest first. */
  const starting: number[] = [];
  let serving = initialReplicas;
  let now = 0;
  let replicaSeconds = 0;
  const firstStart = () => starting[0] ?? Number.POSITIVE_INFINITY;
  const giveUp = (surplus: number): void => {
    const cancelled = Math.min(surplus, starting.length);
    starting.length -= cancelled;
    const inUse = Math.ceil(busy.length / concurrency);
    serving = Math.min(serving, Math.max(inUse, serving - (surplus - cancelled)));
  };
  return {
    get replicas() {
      return serving + starting.length;
    },
    get replicaSeconds() {
      return replicaSeconds;
    },
    nextChange: () => Math.min(nextEnd(), firstStart()),
    pass: (at) => {
      replicaSeconds += (at - now) * (serving + starting.length);
      now = at;
    },
    change: () => {
      const end = nextEnd();
      if (end <= now) {
        busy.pop();
        return services.endedAt(end);
      }
      starting.shift();
      serving += 1;
      return null;
    },
    hasFreePlace: () => busy.length < serving * concurrency,
    take: (serviceSeconds) => {
      busy.push(now + serviceSeconds);
      services.endsAt(now + serviceSeconds, serviceSeconds);
    },
    scaleTo: (wish) => {
      const missing = wish - serving - starting.length;
      for (let one = 0; one < missing; one += 1) starting.push(now + coldStartSeconds);
      if (missing < 0) giveUp(-missing);
    },
  };
}

/** Seconds of service of those in a place, by the time at which the place falls free. */
function createServices() {
  const byEnd = new Map<number, number[]>();
  return {
    endsAt: (end: number, seconds: number): void => {
      const others = byEnd.get(end);
      if (others === undefined) byEnd.set(end, [seconds]);
      else others.push(seconds);
    },
    endedAt: (end: number): number => {
      const ended = byEnd.get(end) ?? [];
      const seconds = ended.shift() ?? 0;
      if (ended.length === 0) byEnd.delete(end);
      return seconds;
    },
  };
}
