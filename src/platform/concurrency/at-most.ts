/** Semaphore: runs actions concurrently, up to a limit. */
export interface AtMost {
  /** Starts an action as soon as a slot is free. Throws the error of an earlier action. */
  start(act: () => Promise<void>): Promise<void>;
  /** Waits for all of them. Throws the first error. */
  finished(): Promise<void>;
  /** Waits for all of them, successful or not. */
  settled(): Promise<void>;
}

export function createAtMost(limit: number): AtMost {
  const running = new Set<Promise<void>>();
  const failures: unknown[] = [];
  const throwFirst = () => {
    if (failures.length > 0) throw failures[0];
  };
  const settled = async () => {
    await Promise.all(running);
  };
  return {
    settled,
    async start(act) {
      while (running.size >= limit) await Promise.race(running);
      throwFirst();
      const one: Promise<void> = act()
        .catch((error: unknown) => void failures.push(error))
        .finally(() => running.delete(one));
      running.add(one);
    },
    async finished() {
      await settled();
      throwFirst();
    },
  };
}
