import TinyQueue from 'tinyqueue';
import type { Fleet } from './fleet.ts';

export interface ShadowOptions extends Fleet {
  /** Seconds that a request may wait. */
  readonly waitSeconds: number;
}

/** Simulated cost of a rule, if the endpoint had followed it: virtual replicas and a virtual queue. */
export interface ShadowFleet {
  /** Sets the wanted number of replicas. Times must not decrease. */
  wish(atSeconds: number, replicas: number): void;
  /** Serves a request; true when it waits too long. It takes the slot that is free first. */
  serve(atSeconds: number, serviceSeconds: number): boolean;
  /** Replicas that would serve or start. */
  readonly replicas: number;
}

/**
 * One queue, first in first out, over slots with known release times: the slots of a starting replica are free after the
 * cold start. Only idle replicas are removed. A request keeps its slot even if a later replica would serve it sooner, so
 * very long queues look somewhat longer than they would be; a request in such a queue has waited too long in both cases.
 */
export function createShadowFleet(options: ShadowOptions, atSeconds: number, initialReplicas: number): ShadowFleet {
  const { concurrency, coldStartSeconds, waitSeconds } = options;
  /** Release time of every slot, the earliest first. */
  const freeAt = new TinyQueue<number>();
  const nextFreeAt = () => freeAt.peek() ?? Number.POSITIVE_INFINITY;
  let replicas = 0;
  const add = (count: number, at: number): void => {
    for (let place = 0; place < count * concurrency; place += 1) freeAt.push(at);
    replicas += count;
  };
  const giveUpOne = (at: number): boolean => {
    const idle: number[] = [];
    for (; idle.length < concurrency && nextFreeAt() <= at; freeAt.pop()) idle.push(nextFreeAt());
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
      const start = Math.max(at, nextFreeAt());
      freeAt.pop();
      freeAt.push(start + serviceSeconds);
      return start - at > waitSeconds;
    },
  };
}
