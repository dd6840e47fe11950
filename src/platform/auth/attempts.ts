import { AppError } from '../errors/index.ts';
import type { Clock } from '../units/index.ts';

/** Wrong passwords that one address may send for one account before it has to wait. */
export const FREE_FAILURES = 5;
const FIRST_WAIT_MS = 1000;
export const LONGEST_WAIT_MS = 5 * 60_000;
/** Failures without a delay, by any account and by any address. */
export const FREE_OF_ACCOUNT = 10;
export const FREE_OF_ADDRESS = 20;
const FIRST_DELAY_MS = 250;
const LONGEST_DELAY_MS = 5000;
/** After this long without another failure the earlier ones are forgotten. */
export const FORGET_MS = 15 * 60_000;
/** An address from which an account signed in is not delayed for the failures of others. */
export const TRUSTED_MS = 24 * 60 * 60_000;
const MOST_REMEMBERED = 10_000;

/** An account and the address that a password for it comes from. */
export interface Source {
  readonly address: string;
  readonly account: string;
}

/** One attempt, counted as a failure from its start. Exactly one of the methods is called at its end, except after a wrong password. */
export interface Attempt {
  /** Time to wait before the password is checked, in milliseconds. */
  readonly delayMs: number;
  /** The password is right: forgets the failures of this source. */
  succeed(): Promise<void>;
  /** The password was not checked: takes the attempt back. */
  withdraw(): Promise<void>;
}

export interface Attempts {
  /** Counts an attempt before its password is checked. Error: `too_many_attempts` while this source has to wait. */
  begin(source: Source): Promise<Attempt>;
}

/**
 * Limits password guessing. Per account and address: five failures, then a wait that doubles from a second to five minutes. Per account and
 * per address alone: only a delay, which grows from a quarter of a second to five, so that failures of others lock no one out. An attempt
 * counts from its start, so that parallel guesses are limited like sequential ones. In memory, for the only server of a store.
 */
export function createAttempts(clock: Clock): Attempts {
  const pairs = createCounts(clock);
  const accounts = createCounts(clock);
  const addresses = createCounts(clock);
  const trusted = createTrusted(clock);
  return {
    async begin(source) {
      const pair = `${source.address} ${source.account}`;
      const waitMs = pairs.until(pair) - clock.now();
      if (waitMs > 0) throw createTooManyAttempts(Math.ceil(waitMs / 1000));
      const isTrusted = trusted.has(pair);
      const ofAccount = computeDelay(accounts.add(source.account), FREE_OF_ACCOUNT);
      const ofAddress = computeDelay(addresses.add(source.address), FREE_OF_ADDRESS);
      pairs.add(pair);
      const withdraw = () => {
        pairs.takeBack(pair);
        accounts.takeBack(source.account);
        addresses.takeBack(source.address);
      };
      return {
        delayMs: isTrusted ? 0 : Math.max(ofAccount, ofAddress),
        withdraw: async () => withdraw(),
        async succeed() {
          withdraw();
          pairs.forget(pair);
          trusted.add(pair);
        },
      };
    },
  };
}

export function createTooManyAttempts(retryAfterSeconds: number): AppError {
  const detail = `Too many wrong passwords. Retry in ${retryAfterSeconds} s.`;
  return new AppError('too_many_attempts', detail, { retryAfterSeconds });
}

/** Delay of an attempt that is the `count`th failure. Example: `delayAfter(12, 10)` is 500. */
export function computeDelay(count: number, free: number): number {
  return count <= free ? 0 : Math.min(FIRST_DELAY_MS * 2 ** Math.min(count - free - 1, 20), LONGEST_DELAY_MS);
}

/** Wait of a pair after this many failures, in milliseconds. */
export function computeWait(count: number): number {
  return count < FREE_FAILURES
    ? 0
    : Math.min(FIRST_WAIT_MS * 2 ** Math.min(count - FREE_FAILURES, 20), LONGEST_WAIT_MS);
}

/** Failures by key, of the most recent keys. */
function createCounts(clock: Clock) {
  const failures = new Map<string, { readonly count: number; readonly lastAt: number }>();
  const recent = (key: string) => {
    const found = failures.get(key);
    return found === undefined || clock.now() - found.lastAt > FORGET_MS ? undefined : found;
  };
  return {
    /** When the next attempt is allowed, Unix milliseconds. */
    until(key: string): number {
      const found = recent(key);
      return found === undefined ? 0 : found.lastAt + computeWait(found.count);
    },
    /** The number of failures with this one. */
    add(key: string): number {
      const count = (recent(key)?.count ?? 0) + 1;
      failures.delete(key);
      failures.set(key, { count, lastAt: clock.now() });
      dropOldest(failures);
      return count;
    },
    takeBack(key: string): void {
      const found = failures.get(key);
      if (found === undefined) return;
      if (found.count <= 1) failures.delete(key);
      else failures.set(key, { ...found, count: found.count - 1 });
    },
    forget: (key: string) => void failures.delete(key),
  };
}

/** Keys with a success in the last day. */
function createTrusted(clock: Clock) {
  const since = new Map<string, number>();
  return {
    has: (key: string) => clock.now() - (since.get(key) ?? Number.NEGATIVE_INFINITY) < TRUSTED_MS,
    add(key: string): void {
      since.delete(key);
      since.set(key, clock.now());
      dropOldest(since);
    },
  };
}

function dropOldest(map: Map<string, unknown>): void {
  const [oldest] = map.keys();
  if (map.size > MOST_REMEMBERED && oldest !== undefined) map.delete(oldest);
}
