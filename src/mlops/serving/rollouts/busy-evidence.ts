import { z } from 'zod';
import type { UsedTime } from '../../replicas/index.ts';

/** Requests of a side at most: beyond, every second one is dropped and only every second request is recorded. */
const MOST_REQUESTS = 8_192;
const MOST_RESOURCES = 64;

const HeldResource = z.strictObject({ resource: z.string(), quantity: z.string() });

/** Replica time of the requests of one side, as it is measured and stored. */
export const BusyEvidence = z.strictObject({
  /** Requests that a replica accepted. */
  requests: z.number().int().min(0),
  /** Busy milliseconds of every `stride`-th request, in the order of their ends; of its first part, where it has several. */
  busyMs: z.array(z.number().min(0)).max(MOST_REQUESTS).readonly(),
  /** Place in `resources` of the resource that each of them used. */
  of: z.array(z.number().int().min(0)).max(MOST_REQUESTS).readonly(),
  stride: z.number().int().min(1),
  /** Further parts of requests that used several resources, as the stages of a cascade; `request` is the place in `busyMs`. */
  further: z
    .array(z.strictObject({ request: z.number().int().min(0), busyMs: z.number().min(0), of: z.number().int().min(0) }))
    .readonly()
    .default([]),
  /** Resources that the replicas of the side are metered by. */
  resources: z.array(HeldResource).max(MOST_RESOURCES).readonly(),
});
export type BusyEvidence = z.infer<typeof BusyEvidence>;

export const NO_BUSY: BusyEvidence = { requests: 0, busyMs: [], of: [], stride: 1, further: [], resources: [] };

/** Records the replica time of the requests of one side, in bounded memory. */
export interface BusyRecorder {
  /** One request: one part for each resource that it used. */
  record(...parts: UsedTime[]): void;
  read(): BusyEvidence;
}

/** `begun`: evidence that is continued, of the same step before a restart. Thinned by whole powers of two, as times of responses are. */
export function createBusyRecorder(begun: BusyEvidence = NO_BUSY): BusyRecorder {
  let { requests, stride } = begun;
  let [busyMs, of, further] = [[...begun.busyMs], [...begun.of], [...begun.further]];
  const resources = [...begun.resources];
  const placeOf = ({ resource, quantity }: UsedTime['held']): number => {
    const found = resources.findIndex((one) => one.resource === resource && one.quantity === quantity);
    if (found !== -1) return found;
    resources.push({ resource, quantity });
    return resources.length - 1;
  };
  return {
    record(first, ...others) {
      const isSampled = requests % stride === 0;
      requests += 1;
      if (!isSampled || first === undefined) return;
      const request = busyMs.length;
      busyMs.push(roundMs(first.busyMs));
      of.push(placeOf(first.held));
      for (const other of others) further.push({ request, busyMs: roundMs(other.busyMs), of: placeOf(other.held) });
      if (busyMs.length <= MOST_REQUESTS) return;
      [busyMs, of] = [busyMs, of].map((values) => values.filter((_, at) => at % 2 === 0)) as [number[], number[]];
      further = further.flatMap((part) => (part.request % 2 === 0 ? [{ ...part, request: part.request / 2 }] : []));
      stride *= 2;
    },
    read: () => ({ requests, busyMs, of, stride, further, resources: [...resources] }),
  };
}

function roundMs(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}
