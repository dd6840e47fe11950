import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { AppError } from '../../../platform/errors/index.ts';
import type { Log } from '../../../platform/telemetry/index.ts';
import type { Clock } from '../../../platform/units/index.ts';
import type { Backend } from '../backends/backend.ts';
import { UNKNOWN_SPEC } from '../backends/specs.ts';
import type { ModelSpec } from '../tensors/tensor.ts';
import { type PlaceLimits, Places, type ReplicaMeter } from './places.ts';
import { NotReady, type Replica, startReplica } from './replica.ts';

export interface SetLimits extends PlaceLimits {
  /** From its start until a replica must be ready. */
  readonly startTimeoutMs: number;
}

export interface SetDeps {
  readonly backend: Backend;
  readonly limits: SetLimits;
  readonly clock: Clock;
  readonly log: Log;
  /** Told of every replica from the moment that it takes a machine. */
  readonly metered: (replica: string) => ReplicaMeter;
}

/** Copies of one version, as many as are wanted; one that ends is started again. */
export interface ReplicaSet {
  readonly backend: Backend;
  readonly places: Places;
  /** Resolves when as many as are wanted were ready once. Error: `NotReady`, when it is no use to wait. */
  ready(): Promise<void>;
  /** What the model takes and gives. */
  spec(): ModelSpec;
  /** How many shall run. */
  scale(replicas: number): void;
  /** How many run and answer; and why the last that ended did so, null when none did. */
  state(): { readonly wanted: number; readonly ready: number; readonly lastEnd: string | null };
  /** Lets what was begun end, unless it is for `now`, and then stops all. */
  close(how?: 'now'): Promise<void>;
}

/** Starts in a row that fail before a first one is ready; then it is no use to wait. */
const HOPELESS_STARTS = 3;
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 60_000;
/** One that was up for so long has done its work: its end is no failed start. */
const LONG_LIFE_MS = 60_000;

interface Slot {
  readonly giveUp: AbortController;
  readonly done: Promise<void>;
}

export function createReplicaSet(deps: SetDeps): ReplicaSet {
  const { backend, limits, clock, log } = deps;
  const places = new Places({ limits, clock, hung: (replica) => endWhenHung(backend, replica, log) });
  const slots: Slot[] = [];
  const firstReady = Promise.withResolvers<void>();
  firstReady.promise.catch(() => undefined);
  let spec: ModelSpec = UNKNOWN_SPEC;
  let failedStarts = 0;
  let lastEnd: string | null = null;

  /** One replica after another, until it is given up. */
  async function keepOne(signal: AbortSignal): Promise<void> {
    let pauseMs = FIRST_PAUSE_MS;
    while (!signal.aborted) {
      const begun = clock.now();
      const end = await oneLife(signal);
      if (end === null || signal.aborted) return;
      lastEnd = end;
      log.warn({ model: backend.modelName, detail: end }, 'a replica ended');
      if (clock.now() - begun > LONG_LIFE_MS) pauseMs = FIRST_PAUSE_MS;
      await pause(pauseMs, undefined, { signal, ref: false }).catch(() => undefined);
      pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 2);
    }
  }

  /** Why it ended; null when it was given up. */
  async function oneLife(signal: AbortSignal): Promise<string | null> {
    const id = `replica-${randomUUID()}`;
    const meter = deps.metered(id);
    try {
      const replica = await startReplica(backend, { id, timeoutMs: limits.startTimeoutMs, signal });
      const onAbort = () => void replica.stop();
      signal.addEventListener('abort', onAbort, { once: true });
      spec = await backend.spec(replica.address);
      failedStarts = 0;
      places.add(replica, meter);
      if (places.size >= slots.length) firstReady.resolve();
      const { detail } = await replica.ended;
      signal.removeEventListener('abort', onAbort);
      places.remove(replica);
      return signal.aborted ? null : detail;
    } catch (error) {
      if (signal.aborted) return null;
      const why =
        error instanceof NotReady || error instanceof AppError
          ? error.message
          : `it cannot be started: ${String(error)}`;
      failedStarts += 1;
      if (failedStarts >= HOPELESS_STARTS) firstReady.reject(new NotReady(why));
      return why;
    } finally {
      meter.end();
    }
  }

  return {
    backend,
    places,
    ready: () => firstReady.promise,
    spec: () => spec,
    scale(replicas) {
      while (slots.length < replicas) {
        const giveUp = new AbortController();
        slots.push({ giveUp, done: keepOne(giveUp.signal) });
      }
      for (const slot of slots.splice(replicas)) slot.giveUp.abort();
    },
    state: () => ({ wanted: slots.length, ready: places.size, lastEnd }),
    async close(how) {
      firstReady.reject(new NotReady('it was given up'));
      if (how !== 'now') await places.drained();
      const all = slots.splice(0);
      for (const slot of all) slot.giveUp.abort();
      await Promise.all(all.map(({ done }) => done));
    },
  };
}

/** One that did not answer in time and does not say that it is there, will never answer. */
async function endWhenHung(backend: Backend, replica: Replica, log: Log): Promise<void> {
  if (await backend.isReady(replica.address)) return;
  log.warn({ model: backend.modelName, replica: replica.id }, 'a replica hangs and is ended');
  await replica.stop();
}
