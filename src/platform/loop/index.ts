/** Result of a look: look again immediately (0), after this many milliseconds, or when woken (`null`). */
export type Rest = number | null;

export interface LoopOptions {
  /** Does the due work and returns when to look again. Never called concurrently. */
  readonly look: () => Promise<Rest>;
  /** Called when `look` throws; the loop continues after a pause. */
  readonly failed: (error: unknown) => void;
  /** Longest time between two polls without a wake-up, in milliseconds. */
  readonly longestRestMs: number;
}

/** Background work in one process: sleeps until it is woken or something falls due. */
export interface Loop {
  /** Allows `wake` and the timer to look; until then only `settle` does. */
  start(): void;
  /** There may be work: schedules a look, after the current one. */
  wake(): void;
  /** Looks until no work is due. Throws the error of `look`. */
  settle(): Promise<void>;
  /** No look begins after this; resolves when the running one has ended. */
  stop(): Promise<void>;
}

/** Retry interval after `look` has thrown (a store that does not answer, for instance), in milliseconds. */
const PAUSE_AFTER_FAILURE_MS = 1_000;
/** `setTimeout` fires immediately for a delay longer than 31 bits. */
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
    // In a later turn of the event loop, so that the caller (which has just stored something) continues first.
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
      // The current run may already be past its last look.
      while (wanted && !stopped) await (running ?? run());
    },
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await Promise.allSettled([running]);
    },
  };
}
