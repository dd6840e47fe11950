import { AppError } from '../errors/index.ts';
import { isStoreAway } from '../store/index.ts';
import type { Clock } from '../units/index.ts';

/** Values that were read from the store, for the time in which the store does not respond. */
export interface LastKnown<T> {
  /**
   * Reads a value. When the store does not respond, answers the last one that was read under this key, up to its age limit. Errors: those of
   * `load`; `store_unreachable`, where no value of this key is known; `last_known_too_old`.
   */
  read(key: string, load: () => Promise<T>): Promise<T>;
  /** Forgets all values: they are known to have changed. */
  forget(): void;
}

export interface LastKnownDeps {
  readonly clock: Clock;
  /** Age up to which a value is used, in milliseconds. */
  readonly maxAgeMs: number;
  /** Time to wait for the store where a value is known, in milliseconds; default: 1 s. */
  readonly patienceMs?: number;
}

/** Between two questions to a store that does not respond, in milliseconds. */
const AGAIN_MS = 1_000;
const PATIENCE_MS = 1_000;
const MOST_KEPT = 10_000;

interface Known<T> {
  readonly value: T;
  readonly at: number;
}

/** Example: `createLastKnown<string>({ clock, maxAgeMs: 900_000 }).read('team of p', () => readTeam('p'))`. */
export function createLastKnown<T>({ clock, maxAgeMs, patienceMs = PATIENCE_MS }: LastKnownDeps): LastKnown<T> {
  const known = new Map<string, Known<T>>();
  /** Keys whose question the store has not answered for longer than the patience. */
  const overdue = new Set<string>();
  let awayUntil = Number.NEGATIVE_INFINITY;
  let generation = 0;

  async function ask(key: string, load: () => Promise<T>): Promise<T> {
    const started = generation;
    const at = clock.now();
    try {
      const value = await load();
      // A value that was read before a change is not kept after it.
      if (started === generation) keep(key, { value, at });
      return value;
    } catch (error) {
      if (isStoreAway(error)) awayUntil = clock.now() + AGAIN_MS;
      else known.delete(key);
      throw error;
    } finally {
      overdue.delete(key);
    }
  }

  function keep(key: string, entry: Known<T>): void {
    known.delete(key);
    if (entry.value === null) return;
    known.set(key, entry);
    const [oldest] = known.keys();
    if (known.size > MOST_KEPT && oldest !== undefined) known.delete(oldest);
  }

  return {
    async read(key, load) {
      const last = known.get(key);
      if (last === undefined) return ask(key, load).catch(throwUnreachable);
      const use = () => assertAge(last, clock.now(), maxAgeMs);
      if (overdue.has(key) || clock.now() < awayUntil) return use();
      const asked = ask(key, load).catch((error: unknown) => {
        if (isStoreAway(error)) return use();
        throw error;
      });
      const late = Promise.withResolvers<T>();
      const timer = setTimeout(() => {
        overdue.add(key);
        asked.catch(() => undefined);
        try {
          late.resolve(use());
        } catch (error) {
          late.reject(error);
        }
      }, patienceMs);
      return Promise.race([asked, late.promise]).finally(() => clearTimeout(timer));
    },
    forget() {
      generation += 1;
      known.clear();
    },
  };
}

function assertAge<T>({ value, at }: Known<T>, now: number, maxAgeMs: number): T {
  const ageMs = now - at;
  if (ageMs <= maxAgeMs) return value;
  throw createTooOld(ageMs, maxAgeMs);
}

/** Error for a decision that needs the store, which has not responded for too long. */
export function createTooOld(ageMs: number, maxAgeMs: number): AppError {
  const [age, limit] = [ageMs, maxAgeMs].map((ms) => Math.round(ms / 1000));
  const detail = `The store has not responded for ${age} s. This server uses its last known state for at most ${limit} s (setting lastKnownSeconds). Retry when the store responds.`;
  return new AppError('last_known_too_old', detail, { ageSeconds: age, retryAfterSeconds: 5 });
}

function throwUnreachable(error: unknown): never {
  if (error instanceof AppError || !isStoreAway(error)) throw error;
  const why = error instanceof Error ? error.message : String(error);
  const detail = `The store does not respond: ${why}. Retry.`;
  throw new AppError('store_unreachable', detail, { retryAfterSeconds: 5 }, { cause: error });
}
