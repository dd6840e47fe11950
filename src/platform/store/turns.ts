import { createMutex } from '../concurrency/index.ts';

/** Exclusive turns for transactions that lost a conflict: no other transaction begins while one waits for a turn or has it. */
export interface Turns {
  /** Resolves when no transaction has a turn or waits for one. */
  free(): Promise<void>;
  /** Resolves with the function that releases the turn, first-in, first-out. */
  take(): Promise<() => void>;
}

export function createTurns(): Turns {
  const mutex = createMutex();
  let taken = 0;
  let freed = Promise.withResolvers<void>();
  return {
    async free() {
      while (taken > 0) await freed.promise;
    },
    async take() {
      taken += 1;
      const release = await mutex.acquire();
      return () => {
        taken -= 1;
        release();
        if (taken > 0) return;
        freed.resolve();
        freed = Promise.withResolvers<void>();
      };
    },
  };
}
