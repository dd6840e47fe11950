import { setTimeout as pause } from 'node:timers/promises';
import type { Executor, Work } from '../../executors/index.ts';

/** Steps that wait for room on an engine, in the order in which they came: a large one is not passed by small ones for ever. */
export interface Line {
  /**
   * Resolves when it is its turn and there is room, with what lets the next one in; null when it gave up.
   * Errors: those of `missing`.
   */
  enter(executor: Executor, work: Pick<Work, 'id' | 'resources'>, giveUp: AbortSignal): Promise<(() => void) | null>;
  /** Something ended: there may be room now. */
  left(): void;
}

/** Another server, or somebody else's work, may make room without a word. */
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
