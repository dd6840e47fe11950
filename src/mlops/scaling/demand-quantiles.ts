import { createQueue } from './queue.ts';

/** The distribution of demand over the last seconds, as whole replicas. */
export interface DemandQuantiles {
  add(atSeconds: number, replicas: number): void;
  /** Replicas that were enough for this share (0..1) of the looks; 0 before the first. */
  quantile(ratio: number): number;
}

/**
 * Quantiles of the values of the last `memorySeconds`, the newest included. Adding takes constant time; a query takes time
 * in proportion to the largest number of replicas.
 * Example: 1, 1, 1 and 5 replicas: the quantile 0.75 is 1, 0.8 is 5.
 */
export function createDemandQuantiles(memorySeconds: number): DemandQuantiles {
  const looks = createQueue<{ readonly at: number; readonly replicas: number }>();
  const counts: number[] = [];
  const count = (replicas: number, change: number): void => {
    while (counts.length <= replicas) counts.push(0);
    counts[replicas] = (counts[replicas] ?? 0) + change;
  };
  return {
    add: (at, replicas) => {
      looks.put({ at, replicas });
      count(replicas, 1);
      for (
        let oldest = looks.first();
        oldest !== undefined && oldest.at <= at - memorySeconds;
        oldest = looks.first()
      ) {
        count(oldest.replicas, -1);
        looks.take();
      }
    },
    quantile: (ratio) => {
      let missing = Math.ceil(ratio * looks.size);
      for (const [replicas, looksOfIt] of counts.entries()) {
        missing -= looksOfIt;
        if (missing <= 0) return replicas;
      }
      return 0;
    },
  };
}
