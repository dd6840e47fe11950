import { setTimeout as pause } from 'node:timers/promises';

const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 8_000;

/** From asking until the head of the answer, retries included. */
const DEADLINE_MS = 120_000;
export const ATTEMPTS = 6;

/** Doubling from 200 ms to 8 s, the upper half of it by chance, so that many readers do not come back together. */
export function computeBackoffMs(attempt: number): number {
  const full = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (attempt - 1));
  return full / 2 + (Math.random() * full) / 2;
}

/** Runs an action with a signal that aborts it at the deadline. The deadline does not apply to a returned body. */
export async function runWithDeadline<T>(
  act: (signal: AbortSignal) => Promise<T>,
  deadlineMs = DEADLINE_MS,
): Promise<T> {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), deadlineMs);
  try {
    return await act(controller.signal);
  } finally {
    clearTimeout(timer);
  }
}

/** Retries an action while `mayHelp` accepts its error, with back-off. Throws the last error. */
export async function retryWithBackoff<T>(
  act: () => Promise<T>,
  mayHelp: (error: unknown) => boolean,
  signal: AbortSignal,
): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await act();
    } catch (error) {
      if (attempt >= ATTEMPTS || signal.aborted || !mayHelp(error)) throw error;
      await pause(computeBackoffMs(attempt), undefined, { signal }).catch(() => {
        throw error;
      });
    }
  }
}
