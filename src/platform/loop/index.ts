export { createOneAtATime } from './one-at-a-time.ts';

/** What a look at the work found: look again at once (0), after so many milliseconds, or when woken (`null`). */
export type Rest = number | null;

export interface LoopOptions {
  /** Does what is due, and says when to look again. Never called twice at once. */
  readonly look: () => Promise<Rest>;
  /** Told when `look` throws; the loop goes on after a pause. */
  readonly failed: (error: unknown) => void;
  /** Looks again after this time even when nothing wakes it, in milliseconds. */
  readonly longestRestMs: number;
}

/** Background work in one process: sleeps until it is woken or something falls due. */
export interface Loop {
  /** Allows `wake` and the timer to look; until then only `settle` does. */
  start(): void;
  /** There may be work: looks soon, after what runs now. */
  wake(): void;
  /** Looks until nothing is due. Throws what `look` threw. */
  settle(): Promise<void>;
  /** No look begins after this; resolves when the running one has ended. */
  stop(): Promise<void>;
}

/** A store that does not answer is asked again after this time, in milliseconds. */
const PAUSE_AFTER_FAILURE_MS = 1_000;
/** `setTimeout` fires at once for anything longer than 31 bits. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

export function createLoop(options: LoopOptions): Loop {
  let started = false;
  let stopped = false;
  let wanted = false;
  let running: Promise<void> | null = null;
  let timer: NodeJS.Timeout | undefined;

  async function lookUntilIdle(): Promise<Rest> {
    let rest: Rest = null;
    do {
      wanted = false;
      rest = await options.look();
    } while (!stopped && (wanted || rest === 0));
    return rest;
  }

  function rearm(rest: Rest): void {
    if (!started || stopped) return;
    const restMs = Math.min(rest ?? options.longestRestMs, options.longestRestMs, LONGEST_TIMER_MS);
    // Not a reason to keep the process alive: a command that has answered may end.
    timer = setTimeout(begin, restMs).unref();
  }

  function run(): Promise<void> {
    clearTimeout(timer);
    running = lookUntilIdle()
      .then(rearm, (error: unknown) => {
        rearm(PAUSE_AFTER_FAILURE_MS);
        throw error;
      })
      .finally(() => {
        running = null;
        // Woken between the last look and here.
        if (wanted) wakeIfStarted();
      });
    return running;
  }

  function begin(): void {
    if (!stopped && running === null) run().catch(options.failed);
  }

  function wakeIfStarted(): void {
    // After the present turn, so that whoever has just stored something goes on first.
    if (started && !stopped && running === null) setImmediate(begin);
  }

  return {
    start() {
      started = true;
      wanted = true;
      wakeIfStarted();
    },
    wake() {
      wanted = true;
      wakeIfStarted();
    },
    async settle() {
      if (stopped) return;
      wanted = true;
      // What runs may have had its last look already.
      while (wanted && !stopped) await (running ?? run());
    },
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await Promise.allSettled([running]);
    },
  };
}
