import { AppError } from '../errors/index.ts';
import type { Clock } from '../units/index.ts';

/** Wrong passwords that are forgiven before the caller has to wait. */
const FREE_FAILURES = 5;
const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 5 * 60_000;
/** After this long without another failure all is forgotten. */
const FORGET_MS = 15 * 60_000;
const MOST_REMEMBERED = 10_000;

export interface Attempts {
  /** Error: `too_many_attempts` while this key has to wait. */
  check(key: string): void;
  failed(key: string): void;
  succeeded(key: string): void;
}

/**
 * Slows down who guesses: after five failures the wait doubles from a second to five minutes. Keys name the caller's
 * address and the account, so that nobody is locked out by failures from elsewhere. In memory, so each server counts alone.
 */
export function createAttempts(clock: Clock): Attempts {
  const failures = new Map<string, { count: number; until: number; lastAt: number }>();
  return {
    check(key) {
      const found = failures.get(key);
      const waitMs = (found?.until ?? 0) - clock.now();
      if (waitMs <= 0) return;
      const retryAfterSeconds = Math.ceil(waitMs / 1000);
      throw new AppError('too_many_attempts', `Too many wrong passwords. Try again in ${retryAfterSeconds} s.`, {
        retryAfterSeconds,
      });
    },
    failed(key) {
      const now = clock.now();
      const before = failures.get(key);
      const count = before === undefined || now - before.lastAt > FORGET_MS ? 1 : before.count + 1;
      const over = count - FREE_FAILURES;
      const waitMs = over < 0 ? 0 : Math.min(FIRST_WAIT_MS * 2 ** Math.min(over, 20), LONGEST_WAIT_MS);
      failures.delete(key);
      failures.set(key, { count, until: now + waitMs, lastAt: now });
      const [oldest] = failures.keys();
      if (failures.size > MOST_REMEMBERED && oldest !== undefined) failures.delete(oldest);
    },
    succeeded(key) {
      failures.delete(key);
    },
  };
}
