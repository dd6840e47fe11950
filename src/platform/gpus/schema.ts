import { z } from 'zod';

/** GPU usage of a piece of work. Unknown is null with a reason, never zero. */
export const GpuUse = z
  .strictObject({
    source: z
      .enum(['nvidia-smi', 'dcgm', 'declared'])
      .describe('Origin of the readings; declared: none, only the requested GPUs are known'),
    count: z.number().int().describe('Number of GPUs that the work held'),
    model: z.string().nullable().describe('GPU model; null: not reported, or several models'),
    utilizationRatio: z
      .number()
      .nullable()
      .describe('Mean of all readings while it ran, 0 to 1: share of the time with a kernel on the GPU'),
    peakMemoryBytes: z.number().nullable().describe('Peak of the GPU memory in use at one reading, sum of all GPUs'),
    energyJoules: z.number().nullable().describe('Energy of the GPUs alone, in joules; null: not measured'),
    reason: z.string().nullable().describe('Reason for an unknown or incomplete value; null: complete'),
  })
  .describe('GPU usage of the work');
export type GpuUse = z.infer<typeof GpuUse>;
