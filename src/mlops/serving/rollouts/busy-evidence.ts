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
  /** Busy milliseconds of every `stride`-th request, in the order of their ends. */
  busyMs: z.array(z.number().min(0)).max(MOST_REQUESTS).readonly(),
  /** Place in `resources` of the resource that each of them used. */
  of: z.array(z.number().int().min(0)).max(MOST_REQUESTS).readonly(),
  stride: z.number().int().min(1),
  /** Resources that the replicas of the side are metered by. */
  resources: z.array(HeldResource).max(MOST_RESOURCES).readonly(),
});
export type BusyEvidence = z.infer<typeof BusyEvidence>;

export const NO_BUSY: BusyEvidence = { requests: 0, busyMs: [], of: [], stride: 1, resources: [] };

/** Records the replica time of the requests of one side, in bounded memory. */
export interface BusyRecorder {
  record(time: UsedTime): void;
  read(): BusyEvidence;
}

/** `begun`: evidence that is continued, of the same step before a restart. Thinned by whole powers of two, as times of responses are. */
export function createBusyRecorder(begun: BusyEvidence = NO_BUSY): BusyRecorder {
  let { requests, stride } = begun;
  let [busyMs, of] = [[...begun.busyMs], [...begun.of]];
  const resources = [...begun.resources];
  const placeOf = ({ resource, quantity }: UsedTime['held']): number => {
    const found = resources.findIndex((one) => one.resource === resource && one.quantity === quantity);
    if (found !== -1) return found;
    resources.push({ resource, quantity });
    return resources.length - 1;
  };
  return {
    record({ busyMs: tookMs, held }) {
      const isSampled = requests % stride === 0;
      requests += 1;
      if (!isSampled) return;
      busyMs.push(Math.round(tookMs * 1000) / 1000);
      of.push(placeOf(held));
      if (busyMs.length <= MOST_REQUESTS) return;
      [busyMs, of] = [busyMs, of].map((values) => values.filter((_, at) => at % 2 === 0)) as [number[], number[]];
      stride *= 2;
    },
    read: () => ({ requests, busyMs, of, stride, resources: [...resources] }),
  };
}
