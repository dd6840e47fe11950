import { setTimeout as pause } from 'node:timers/promises';
import type { Executor, Work } from '../compute/index.ts';

/** FIFO queue of steps that wait for capacity of an engine: small steps do not starve a large one. */
export interface Line {
  /**
   * Resolves when the step is first in the queue and the engine has capacity; the result admits the next step. Null: it
   * gave up.
   * Errors: those of `missing`.
   */
  enter(executor: Executor, work: Pick<Work, 'id' | 'resources'>, giveUp: AbortSignal): Promise<(() => void) | null>;
  /** Signals that work has ended, so that capacity may be free. */
  left(): void;
}

/** Poll interval: other servers and other work may free capacity without a signal. */
const LOOK_MS = 1_000;

export function createLine(): Line {
  let last: Promise<void> = Promise.resolve();
  let wake: () => void = () => undefined;

  async function room(executor: Executor, work: Pick<Work, 'id' | 'resources'>, giveUp: AbortSignal): Promise<boolean> {
    while (!giveUp.aborted) {
      const woken = new Promise<void>((resolve) => {
        wake = resolve;
      });
      if ((await executor.missing?.(work)) == null) return true;
      await Promise.race([woken, pause(LOOK_MS, undefined, { ref: false })]);
    }
    return false;
  }

  return {
    async enter(executor, work, giveUp) {
      const before = last;
      let leave: () => void = () => undefined;
      last = new Promise<void>((resolve) => {
        leave = resolve;
      });
      await before;
      try {
        if (await room(executor, work, giveUp)) return leave;
        leave();
        return null;
      } catch (error) {
        leave();
        throw error;
      }
    },
    left: () => wake(),
  };
}
