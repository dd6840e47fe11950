import type { Fleet } from './fleet.ts';
import { createMinHeap } from './min-heap.ts';

export interface ShadowOptions extends Fleet {
  /** Seconds that a request may wait. */
  readonly waitSeconds: number;
}

/** What a rule would have cost, had it been followed: replicas that nobody started, and a queue that nobody stands in. */
export interface ShadowFleet {
  /** Wishes for so many replicas; time goes forward. */
  wish(atSeconds: number, replicas: number): void;
  /** A request comes; true when it waits too long. It takes the place that falls free first. */
  serve(atSeconds: number, serviceSeconds: number): boolean;
  /** Replicas that would serve or start. */
  readonly replicas: number;
}

/**
 * One queue, first come first served, over places that are known by when they fall free: those of a replica that starts are free after
 * the cold start. Idle replicas alone are given up. A request that a later replica would have served sooner keeps its place, so
 * very long queues look somewhat longer than they would be; whoever stands in one has waited too long either way.
 */
export function createShadowFleet(options: ShadowOptions, atSeconds: number, initialReplicas: number): ShadowFleet {
  const { concurrency, coldStartSeconds, waitSeconds } = options;
  const freeAt = createMinHeap();
  let replicas = 0;
  const add = (count: number, at: number): void => {
    for (let place = 0; place < count * concurrency; place += 1) freeAt.push(at);
    replicas += count;
  };
  const giveUpOne = (at: number): boolean => {
    const idle: number[] = [];
    for (; idle.length < concurrency && freeAt.least() <= at; freeAt.pop()) idle.push(freeAt.least());
    if (idle.length === concurrency) {
      replicas -= 1;
      return true;
    }
    for (const place of idle) freeAt.push(place);
    return false;
  };
  add(initialReplicas, atSeconds);
  return {
    get replicas() {
      return replicas;
    },
    wish: (at, wanted) => {
      if (wanted > replicas) add(wanted - replicas, at + coldStartSeconds);
      while (replicas > wanted && giveUpOne(at));
    },
    serve: (at, serviceSeconds) => {
      if (replicas === 0) return true;
      const start = Math.max(at, freeAt.least());
      freeAt.replaceLeast(start + serviceSeconds);
      return start - at > waitSeconds;
    },
  };
}
