import type { Log } from '../../platform/telemetry/index.ts';
import type { Clock } from '../../platform/units/index.ts';
import type { Variant } from '../endpoint-spec/schema.ts';
import type { HeldResource, ReplicaMeter } from '../replicas/index.ts';
import type { LeftUsage, UsageFile } from './usage-file.ts';

/** A replica with its resource and quantity for pricing. */
export interface ReplicaFacts {
  readonly endpoint: string;
  readonly model: string;
  readonly version: string;
  /** Key of the price book. */
  readonly resource: string;
  /** Quantity, an exact decimal; a fraction is a share of the resource. */
  readonly quantity: string;
  readonly project: string | null;
  readonly environment: string | null;
}

const MACHINE = 'machine';

/**
 * Resource that a replica of a variant is priced by: the instance that it names, else its GPUs, else the machine.
 * Example: two H100 -> `gpu:H100`, 2.
 */
export function selectHeldResource({ resources: { instance, gpu } }: Pick<Variant, 'resources'>): HeldResource {
  if (instance !== MACHINE || gpu === undefined) return { resource: instance, quantity: '1' };
  return { resource: `gpu:${gpu.model ?? 'any'}`, quantity: String(gpu.count) };
}

/** A stretch of time that a replica held its machine. */
export interface ReplicaUsage extends ReplicaFacts {
  /** The same again replaces it: while the replica runs, it grows. */
  readonly id: string;
  /** Unix milliseconds; end exclusive. */
  readonly start: number;
  readonly end: number;
  /** Requests that it answered meanwhile. */
  readonly predictions: number;
}

/** Records usage and prices it. Implemented by FinOps; injected by main. */
export interface ServingUsage {
  record(usage: readonly ReplicaUsage[]): Promise<void>;
}

/**
 * Records the usage that a server left. `ends`: the real end of its replicas by id, Unix milliseconds; without it, a replica ran until the server
 * was last seen.
 */
export async function recordLeftUsage(
  usage: ServingUsage,
  left: LeftUsage | null,
  ends: ReadonlyMap<string, number>,
): Promise<void> {
  if (left === null) return;
  const intervals = left.open.map(({ replica, facts, part, start, predictions, ended }) => ({
    ...facts,
    ...{ id: `serving:${replica}:${part}`, start, predictions },
    end: ended ?? ends.get(replica) ?? left.seenMs,
  }));
  const used = intervals.filter(({ start, end }) => end > start);
  if (used.length > 0) await usage.record(used);
}

export interface MeterBook extends AsyncDisposable {
  /** Starts metering a replica: it holds a machine from now on. */
  begin(replica: string, facts: ReplicaFacts): ReplicaMeter;
  /** Records all until now. */
  flush(): Promise<void>;
  /** Records the usage that an earlier server left; `ends`: the real end of its replicas by id, Unix milliseconds. */
  recover(ends: ReadonlyMap<string, number>): Promise<void>;
}

const FLUSH_MS = 15_000;
/** Interval of notes to the usage file: a killed server loses at most this much usage. */
const NOTE_MS = 1_000;
/** Longest interval. Then the interval is final and the next begins: prices are hourly, and the number of rows stays small. */
const LONGEST_MS = 3_600_000;

interface MeteredUsage {
  readonly replica: string;
  readonly facts: ReplicaFacts;
  part: number;
  start: number;
  predictions: number;
  ended: number | null;
}

interface MeterBookDeps {
  readonly usage: ServingUsage;
  readonly clock: Clock;
  readonly log: Log;
  readonly file: UsageFile;
}

/** Meters the usage of replicas, and keeps it until it is recorded. */
export function createMeterBook({ usage, clock, log, file }: MeterBookDeps): MeterBook {
  const left = file.read();
  const open = new Set<MeteredUsage>();
  let recording = Promise.resolve();

  async function record(): Promise<void> {
    const now = clock.now();
    const metered = [...open].filter(({ start, ended }) => (ended ?? now) > start);
    const intervals = metered.map(({ replica, facts, part, start, predictions, ended }) => ({
      ...facts,
      id: `serving:${replica}:${part}`,
      start,
      end: ended ?? now,
      predictions,
    }));
    if (intervals.length > 0) await usage.record(intervals);
    metered.forEach((one, at) => {
      const recorded = intervals[at];
      if (recorded === undefined || one.ended !== null || recorded.end - one.start < LONGEST_MS) return;
      one.part += 1;
      one.start = recorded.end;
      one.predictions -= recorded.predictions;
    });
    // A replica that ended during the recording is recorded the next time.
    for (const one of open) if (one.ended !== null && one.ended <= now) open.delete(one);
  }

  /** Records run one after another: an older report must not overwrite a newer one. */
  function flush(): Promise<void> {
    recording = recording
      .then(record)
      .catch((error: unknown) => log.error({ err: error }, 'cannot record usage of replicas'));
    return recording;
  }

  /** Usage of an earlier server stays in the file until it is recovered. */
  let unrecovered = left?.open ?? [];
  function note(): void {
    try {
      file.write({ seenMs: clock.now(), open: [...unrecovered, ...open] });
    } catch (error) {
      log.error({ err: error }, 'cannot buffer usage of replicas');
    }
  }

  const timers = [setInterval(flush, FLUSH_MS), setInterval(note, NOTE_MS)];
  for (const timer of timers) timer.unref();
  return {
    begin(replica, facts) {
      const one: MeteredUsage = { replica, facts, part: 0, start: clock.now(), predictions: 0, ended: null };
      open.add(one);
      const { resource, quantity } = facts;
      return {
        held: { resource, quantity },
        predicted() {
          one.predictions += 1;
        },
        end() {
          one.ended ??= clock.now();
        },
      };
    },
    flush,
    async recover(ends) {
      await recordLeftUsage(usage, left, ends);
      unrecovered = [];
      note();
    },
    async [Symbol.asyncDispose]() {
      for (const timer of timers) clearInterval(timer);
      await flush();
      note();
    },
  };
}
