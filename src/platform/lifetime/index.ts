import { setTimeout as pause } from 'node:timers/promises';

/**
 * Opened resources, closed in reverse order. Node 22 lacks `AsyncDisposableStack`; this is the part of it that
 * wiring needs. All resources are closed even when one of them fails; the first error is thrown at the end.
 */
export interface Lifetime extends AsyncDisposable {
  use<T extends Disposable | AsyncDisposable>(resource: T): T;
}

interface LifetimeOptions {
  /** Time for all of them together, in milliseconds; one that hangs is left behind then. Default: any time. */
  readonly limitMs?: number;
  /** Called for each that is left behind, with its place in the order of opening, from 0. */
  readonly late?: (place: number) => void;
}

/** Minimum time for each resource, whatever time the earlier ones used: most of them only have a last write to do. */
const LEAST_MS = 500;

export function createLifetime({ limitMs, late }: LifetimeOptions = {}): Lifetime {
  const opened: (Disposable | AsyncDisposable)[] = [];
  return {
    use(resource) {
      opened.push(resource);
      return resource;
    },
    async [Symbol.asyncDispose]() {
      const failures: unknown[] = [];
      const deadline = performance.now() + (limitMs ?? 0);
      for (const [place, resource] of [...opened.splice(0).entries()].toReversed()) {
        try {
          const closing = close(resource);
          if (limitMs === undefined) await closing;
          else if (!(await isEndedWithin(closing, Math.max(LEAST_MS, deadline - performance.now())))) late?.(place);
        } catch (error) {
          failures.push(error);
        }
      }
      if (failures.length > 0) throw failures[0];
    },
  };
}

async function close(resource: Disposable | AsyncDisposable): Promise<void> {
  if (Symbol.asyncDispose in resource) await resource[Symbol.asyncDispose]();
  else resource[Symbol.dispose]();
}

/** False when the work is still running after the time; a later error of it is ignored. */
async function isEndedWithin(work: Promise<void>, timeMs: number): Promise<boolean> {
  const over = new AbortController();
  const late = pause(timeMs, false, { signal: over.signal }).catch(() => false);
  work.catch(() => undefined);
  try {
    return await Promise.race([work.then(() => true), late]);
  } finally {
    over.abort();
  }
}
