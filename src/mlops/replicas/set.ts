import type { Log } from '../../platform/telemetry/index.ts';
import type { Clock } from '../../platform/units/index.ts';
import type { ModelSpec } from '../inference/index.ts';
import { ServingProblem } from '../inference/index.ts';
import type { Backend, HeldResource } from './backends/backend.ts';
import { UNKNOWN_SPEC } from './backends/specs.ts';
import { type Copy, isDispensable, keepOne, type LifeDeps } from './life.ts';
import { type PlaceLimits, Places, type ReplicaMeter } from './places.ts';
import { NotReady, type Replica } from './replica.ts';

export interface SetLimits extends PlaceLimits {
  /** Milliseconds from the start of a replica until it must be ready. */
  readonly startTimeoutMs: number;
}

export interface SetDeps {
  readonly backend: Backend;
  readonly limits: SetLimits;
  readonly clock: Clock;
  readonly log: Log;
  /** Called for every replica from the moment that it holds a machine. */
  readonly metered: (replica: string, held: HeldResource | null) => ReplicaMeter;
}

export interface SetState {
  /** Wanted number of replicas. */
  readonly wanted: number;
  /** Number of ready replicas. */
  readonly ready: number;
  /** Why the last ended replica ended; null when none did. */
  readonly lastEnd: string | null;
  /** The longest of the last starts until it answered, in milliseconds; null before the first. */
  readonly coldStartMs: number | null;
}

/** Copies of one version, as many as are wanted; one that ends is started again. */
export interface ReplicaSet {
  readonly backend: Backend;
  readonly places: Places;
  /** Resolves when the wanted number of replicas was ready once. Error: `NotReady`, when too many starts failed or the set was closed. */
  ready(): Promise<void>;
  /** Inputs and outputs of the model. */
  spec(): ModelSpec;
  /** Sets the wanted number of replicas. Surplus replicas get no new requests, and end when they have answered those in flight. */
  scale(replicas: number): void;
  state(): SetState;
  /** Lets requests in flight end, except with `now`, and then stops all replicas. */
  close(how?: 'now'): Promise<void>;
}

/** Consecutive failed starts before the first ready replica after which the set gives up. */
const HOPELESS_STARTS = 3;
/** Starts that a cold start is the longest of. */
const COLD_STARTS = 5;

export function createReplicaSet(deps: SetDeps): ReplicaSet {
  const { backend, limits, clock, log } = deps;
  const places = new Places({ limits, clock, hung: (replica) => endWhenHung(backend, replica, log) });
  const copies: Copy[] = [];
  const running = new Set<Promise<void>>();
  const coldStarts: number[] = [];
  const firstReady = Promise.withResolvers<void>();
  firstReady.promise.catch(() => undefined);
  let spec: ModelSpec = UNKNOWN_SPEC;
  let failedStarts = 0;
  let lastEnd: string | null = null;
  const life: LifeDeps = {
    ...deps,
    begun(copy, replica, meter, tookMs) {
      failedStarts = 0;
      coldStarts.push(tookMs);
      coldStarts.splice(0, coldStarts.length - COLD_STARTS);
      copy.replica = replica;
      places.add(replica, meter);
      if (places.size >= wanted().length) firstReady.resolve();
    },
    over(copy, replica) {
      copy.replica = null;
      places.remove(replica);
    },
    leaving: (replica) => void places.leave(replica).then(() => replica.stop()),
    described(found) {
      spec = found;
    },
    ended(detail) {
      lastEnd = detail;
      log.warn({ model: backend.modelName, detail }, 'a replica ended');
    },
    failed(why) {
      failedStarts += 1;
      if (failedStarts >= HOPELESS_STARTS) hopeless(why);
    },
  };
  const wanted = () => copies.filter(({ isLeaving }) => !isLeaving);

  function hopeless(why: string): void {
    firstReady.reject(new NotReady(why));
    if (places.size === 0)
      places.refuseWaiting(new ServingProblem('unavailable', `The model cannot start: ${why}`, 60));
  }

  function addOne(): void {
    for (const leaving of copies) {
      if (!leaving.isLeaving || leaving.replica === null || leaving.giveUp.signal.aborted) continue;
      leaving.isLeaving = false;
      places.stay(leaving.replica);
      return;
    }
    const copy: Copy = { giveUp: new AbortController(), replica: null, isLeaving: false };
    copies.push(copy);
    backend.keep?.(copies.length);
    const done: Promise<void> = keepOne(copy, life).finally(() => {
      running.delete(done);
      copies.splice(copies.indexOf(copy), 1);
      backend.keep?.(copies.length);
    });
    running.add(done);
  }

  function removeOne(copy: Copy): void {
    copy.isLeaving = true;
    if (copy.replica === null) copy.giveUp.abort();
    else void places.leave(copy.replica).then(() => copy.isLeaving && copy.giveUp.abort());
  }

  return {
    backend,
    places,
    ready: () => firstReady.promise,
    spec: () => spec,
    scale(replicas) {
      const now = wanted();
      for (let missing = replicas - now.length; missing > 0; missing -= 1) addOne();
      for (const copy of isDispensable(now).slice(0, Math.max(0, now.length - replicas))) removeOne(copy);
      // A set that is scaled to zero is ready immediately.
      if (replicas === 0) firstReady.resolve();
    },
    state: () => ({ wanted: wanted().length, ready: places.size, lastEnd, coldStartMs: findLongest(coldStarts) }),
    async close(how) {
      firstReady.reject(new NotReady('it was stopped'));
      if (how !== 'now') await places.drained();
      for (const { giveUp } of copies) giveUp.abort();
      await Promise.all(running);
      backend.keep?.(0);
    },
  };
}

function findLongest(times: readonly number[]): number | null {
  return times.length === 0 ? null : Math.max(...times);
}

/** A replica that timed out and fails its readiness probe will never answer. */
async function endWhenHung(backend: Backend, replica: Replica, log: Log): Promise<void> {
  if (await backend.isReady(replica.address)) return;
  log.warn({ model: backend.modelName, replica: replica.id }, 'a replica does not respond and is ended');
  await replica.stop();
}
