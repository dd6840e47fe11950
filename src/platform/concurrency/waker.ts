import { setTimeout as pause } from 'node:timers/promises';

/** Lets one wait until something happens; what happened while it did something else is not lost. */
export interface Waker {
  wake(): void;
  /** Resolves when it is woken, immediately if it was woken since the last rest, or when the time is over. */
  rest(ms: number): Promise<void>;
}

export function createWaker(): Waker {
  let woken = false;
  let resume: () => void = () => undefined;
  return {
    wake() {
      woken = true;
      resume();
    },
    async rest(ms) {
      if (!woken) {
        const asked = new Promise<void>((resolve) => {
          resume = resolve;
        });
        await Promise.race([asked, pause(ms, undefined, { ref: false })]);
      }
      woken = false;
    },
  };
}
