import type { HeldResource, UsedTime } from '../../replicas/index.ts';
import { createDdSketch, type DdSketch } from './dd-sketch.ts';

/** Key of a counter: one version of one variant of an endpoint. */
export interface VariantKey {
  readonly endpoint: string;
  readonly variant: string;
  readonly model: string;
  readonly version: string;
}

/** Outcome of a request: `lost` is an error without a complete response. */
export type RequestEnding = 'answered' | 'refused' | 'throttled' | 'failed' | 'lost';

/** Counts of one span of time. */
export interface Tally extends VariantKey {
  /** Unix milliseconds, a multiple of `spanMs`. */
  readonly at: number;
  readonly spanMs: number;
  readonly endings: Record<RequestEnding, number>;
  /** Latency of answered requests in milliseconds. */
  readonly latency: DdSketch;
  /**
   * Seconds that answered requests held their place in a replica, by how many requests the replica then had, rounded down to a power of two. By the hour
   * only: empty in minutes.
   */
  readonly service: Map<number, DdSketch>;
  readonly busy: BusyTime;
  /** Milliseconds times the replicas that answered, and the milliseconds in which they were counted. */
  replicaMs: number;
  measuredMs: number;
}

/** Replica time of requests, also of copies for shadows, whatever their outcome; a replica shares its time among its requests in flight. */
export interface BusyTime {
  /** Requests that a replica accepted. */
  requests: number;
  /** Busy milliseconds by the resource that the replica is metered by. */
  readonly parts: (HeldResource & { busyMs: number })[];
}

/** Measurements of one answered request in its replica. */
export interface ServedOnce {
  /** Time from taking a slot to the end of the response, without the wait. */
  readonly seconds: number;
  /** Requests in the replica when it began, itself included. */
  readonly concurrent: number;
}

/** Lengths of the spans that are kept: steps of an hour and more are made of hours. */
export const SPANS = { minute: 60_000, hour: 3_600_000 } as const;

export interface Tallies {
  request(what: VariantKey, ending: RequestEnding, latencyMs: number, now: number): void;
  served(what: VariantKey, once: ServedOnce, now: number): void;
  /** Records replica time. `requests`: 1, or 0 for further time of a request that was counted. */
  used(what: VariantKey, time: UsedTime, requests: number, now: number): void;
  /** Records the number of ready replicas over [start, end) Unix ms. */
  replicas(what: VariantKey, replicas: number, within: { readonly start: number; readonly end: number }): void;
  /** Tallies that changed since the last call. Tallies of spans that have ended are dropped from memory. */
  changed(now: number): Tally[];
  /** Marks tallies as changed again after a failed write. */
  again(tallies: readonly Tally[]): void;
}

/** Counts in spans that have not ended yet. */
export function createTallies(): Tallies {
  const open = new Map<string, Tally>();
  const dirty = new Set<Tally>();

  function tallyOf(what: VariantKey, spanMs: number, now: number): Tally {
    const at = now - (now % spanMs);
    const key = `${spanMs}\n${at}\n${what.endpoint}\n${what.variant}\n${what.version}\n${what.model}`;
    let tally = open.get(key);
    if (tally === undefined) {
      const { endpoint, variant, model, version } = what;
      const endings = { answered: 0, refused: 0, throttled: 0, failed: 0, lost: 0 };
      const latency = createDdSketch();
      const counts = { endings, latency, service: new Map<number, DdSketch>(), replicaMs: 0, measuredMs: 0 };
      const busy: BusyTime = { requests: 0, parts: [] };
      tally = { endpoint, variant, model, version, at, spanMs, busy, ...counts };
      open.set(key, tally);
    }
    dirty.add(tally);
    return tally;
  }

  return {
    request(what, ending, latencyMs, now) {
      for (const spanMs of [SPANS.minute, SPANS.hour]) {
        const tally = tallyOf(what, spanMs, now);
        tally.endings[ending] += 1;
        if (ending === 'answered') tally.latency.add(latencyMs);
      }
    },
    served(what, { seconds, concurrent }, now) {
      const { service } = tallyOf(what, SPANS.hour, now);
      const level = 2 ** Math.floor(Math.log2(Math.max(1, concurrent)));
      const sketch = service.get(level) ?? createDdSketch();
      service.set(level, sketch);
      sketch.add(seconds);
    },
    used(what, { busyMs, held }, requests, now) {
      for (const spanMs of [SPANS.minute, SPANS.hour]) {
        const { busy } = tallyOf(what, spanMs, now);
        busy.requests += requests;
        addBusy(busy, held, busyMs);
      }
    },
    replicas(what, replicas, { start, end }) {
      for (const spanMs of [SPANS.minute, SPANS.hour]) {
        for (let from = start; from < end; ) {
          const until = Math.min(end, from - (from % spanMs) + spanMs);
          const tally = tallyOf(what, spanMs, from);
          tally.replicaMs += replicas * (until - from);
          tally.measuredMs += until - from;
          from = until;
        }
      }
    },
    changed(now) {
      const changed = [...dirty];
      dirty.clear();
      for (const [key, { at, spanMs }] of open) if (at + spanMs <= now) open.delete(key);
      return changed;
    },
    again(tallies) {
      for (const tally of tallies) dirty.add(tally);
    },
  };
}

function addBusy(busy: BusyTime, { resource, quantity }: HeldResource, busyMs: number): void {
  const part = busy.parts.find((one) => one.resource === resource && one.quantity === quantity);
  if (part === undefined) busy.parts.push({ resource, quantity, busyMs });
  else part.busyMs += busyMs;
}
