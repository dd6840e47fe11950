import { z } from 'zod';
import { GpuUse } from '../../../platform/gpus/schema.ts';
import { Money } from '../../../platform/units/schema.ts';

const Place = z.strictObject({
  node: z.string(),
  instance: z.string().nullable(),
  region: z.string().nullable(),
  zone: z.string().nullable(),
  gpuModel: z.string().nullable(),
  spot: z.boolean(),
  share: z.number(),
});

/** What a try takes besides money. */
const taking = {
  cpuSeconds: z.number().nullable(),
  peakMemoryBytes: z.number().nullable(),
  /** Why one of these is not known, or what is left out. */
  usageReason: z.string().nullable().default(null),
  gpus: GpuUse.nullable().default(null),
  place: Place.nullable().default(null),
  /** The prices behind what it has cost, in words. */
  prices: z.array(z.string()).default([]),
};

/** What the try that runs has taken by now. */
export const Taken = z.strictObject({ atMs: z.number(), ...taking });
export type Taken = z.infer<typeof Taken>;

/** One try of a step. */
export const Attempt = z.strictObject({
  number: z.number().int(),
  /** Id of its work and of its reservation. */
  work: z.string(),
  startMs: z.number(),
  endMs: z.number().nullable(),
  reason: z.string().nullable(),
  exitCode: z.number().nullable(),
  spent: Money.nullable(),
  ...taking,
  checkpoint: z.string().nullable(),
  /** What it printed last, its secrets masked; null where it went well or printed nothing. */
  lastLines: z.string().nullable().default(null),
  /** It went on as another try: moved to other capacity, or taken away by the engine; null: neither. */
  again: z.enum(['moved', 'taken']).nullable().default(null),
});
export type Attempt = z.infer<typeof Attempt>;
