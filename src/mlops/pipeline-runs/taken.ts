import { z } from 'zod';
import { GpuUse } from '../../platform/gpus/schema.ts';
import { Money } from '../../platform/units/schema.ts';

const Place = z.strictObject({
  node: z.string(),
  instance: z.string().nullable(),
  region: z.string().nullable(),
  zone: z.string().nullable(),
  gpuModel: z.string().nullable(),
  spot: z.boolean(),
  share: z.number(),
});

/** Usage of an attempt. */
const taking = {
  cpuSeconds: z.number().nullable(),
  peakMemoryBytes: z.number().nullable(),
  /** Reason for an unknown or incomplete value. */
  usageReason: z.string().nullable().default(null),
  gpus: GpuUse.nullable().default(null),
  place: Place.nullable().default(null),
  /** Prices in its cost, as text. */
  prices: z.array(z.string()).default([]),
};

/** Usage of the running attempt so far. */
export const StepUsage = z.strictObject({ atMs: z.number(), ...taking });
export type StepUsage = z.infer<typeof StepUsage>;

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
  /** Last lines of its output, with masked secrets. Null: it succeeded or printed nothing. */
  lastLines: z.string().nullable().default(null),
  /** Why another attempt followed: moved to other capacity, or taken away by the engine. Null: neither. */
  again: z.enum(['moved', 'taken']).nullable().default(null),
});
export type Attempt = z.infer<typeof Attempt>;
