/** First-in, first-out. `acquire` resolves with the function that gives the turn to the next. */
export interface Mutex {
  acquire(): Promise<() => void>;
}

export function createMutex(): Mutex {
  let tail: Promise<void> = Promise.resolve();
  return {
    async acquire() {
      const { promise, resolve } = Promise.withResolvers<void>();
      const turn = tail;
      tail = promise;
      await turn;
      return resolve;
    },
  };
}
