import { z } from 'zod';

/** GPU usage of a piece of work. Unknown is null with a reason, never zero. */
export const GpuUse = z
  .strictObject({
    source: z
      .enum(['nvidia-smi', 'dcgm', 'declared'])
      .describe('Who read them; declared: nobody, so that only what was asked for is known'),
    count: z.number().int().describe('Number of GPUs that it held'),
    model: z.string().nullable().describe('Their model; null where nobody says it, or they are of several'),
    utilizationRatio: z
      .number()
      .nullable()
      .describe('Mean over all readings while it ran, 0 to 1: share of the time in which anything ran on the GPU'),
    peakMemoryBytes: z.number().nullable().describe('The most GPU memory that was in use at one reading, all together'),
    energyJoules: z.number().nullable().describe('Energy of the GPUs alone, in joules; null where it was not measured'),
    reason: z.string().nullable().describe('Why something is not known, or what is left out; null when it is whole'),
  })
  .describe('What its GPUs did');
export type GpuUse = z.infer<typeof GpuUse>;
