import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { AppError } from '../../platform/errors/index.ts';
import type { Clock } from '../../platform/units/index.ts';
import type { ModelSpec } from '../inference/index.ts';
import type { Backend, HeldResource } from './backends/backend.ts';
import type { ReplicaMeter } from './places.ts';
import { NotReady, type Replica, startReplica } from './replica.ts';

/** A slot of a replica set that runs one replica after another, as long as it is wanted. */
export interface Copy {
  readonly giveUp: AbortController;
  /** null while none is ready. */
  replica: Replica | null;
  /** True when the replica gets no new requests; it ends after its last answer. */
  isLeaving: boolean;
}

export interface LifeDeps {
  readonly backend: Backend;
  readonly limits: { readonly startTimeoutMs: number };
  readonly clock: Clock;
  readonly metered: (replica: string, held: HeldResource | null) => ReplicaMeter;
  begun(copy: Copy, replica: Replica, meter: ReplicaMeter, tookMs: number): void;
  over(copy: Copy, replica: Replica): void;
  /** Somebody else takes it away. */
  leaving(replica: Replica): void;
  described(spec: ModelSpec): void;
  failed(why: string): void;
  /** The replica has ended; the next one starts after a back-off. */
  ended(why: string): void;
}

const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 60_000;
/** A replica that was up for this time has started successfully: its end is not a failed start. */
const LONG_LIFE_MS = 60_000;

/** Runs one replica after another with back-off, until none is wanted. */
export async function keepOne(copy: Copy, deps: LifeDeps): Promise<void> {
  const { signal } = copy.giveUp;
  let pauseMs = FIRST_PAUSE_MS;
  while (!signal.aborted && !copy.isLeaving) {
    const begun = deps.clock.now();
    const end = await runReplica(copy, deps);
    if (end === null || signal.aborted) return;
    deps.ended(end);
    if (deps.clock.now() - begun > LONG_LIFE_MS) pauseMs = FIRST_PAUSE_MS;
    await pause(pauseMs, undefined, { signal, ref: false }).catch(() => undefined);
    pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 2);
  }
}

/** Runs one replica from its start to its end. Returns why it ended, null when it was given up. */
async function runReplica(copy: Copy, deps: LifeDeps): Promise<string | null> {
  const { backend, clock, limits } = deps;
  const { signal } = copy.giveUp;
  const id = `replica-${randomUUID()}`;
  let meter = backend.isPlacedLater === true ? null : deps.metered(id, null);
  const placed = (held: HeldResource | null) => {
    meter ??= deps.metered(id, held);
    if (isOver) meter.end();
  };
  let isOver = false;
  const since = clock.now();
  try {
    const replica = await startReplica(backend, { id, timeoutMs: limits.startTimeoutMs, signal, placed });
    // If the end of a replica cannot be confirmed, `stop` of its backend resolves anyway, and so does this wait.
    const stopped = Promise.withResolvers<null>();
    const onAbort = () => void replica.stop().then(() => stopped.resolve(null));
    signal.addEventListener('abort', onAbort, { once: true });
    deps.described(await backend.spec(replica.address));
    placed(null);
    deps.begun(copy, replica, meter ?? deps.metered(id, null), clock.now() - since);
    void replica.leaving?.then(() => deps.leaving(replica));
    const end = await Promise.race([replica.ended, stopped.promise]);
    signal.removeEventListener('abort', onAbort);
    deps.over(copy, replica);
    return signal.aborted || end === null ? null : end.detail;
  } catch (error) {
    if (signal.aborted) return null;
    const why =
      error instanceof NotReady || error instanceof AppError
        ? error.message
        : `it could not be started: ${String(error)}`;
    deps.failed(why);
    return why;
  } finally {
    isOver = true;
    meter?.end();
  }
}

/** Copies in the order in which to remove them: starting ones first, the newest first; then those with the fewest requests in flight. */
export function isDispensable(copies: readonly Copy[]): Copy[] {
  const busy = ({ replica }: Copy) => replica?.inFlight ?? -1;
  return copies.toReversed().toSorted((one, other) => busy(one) - busy(other));
}
