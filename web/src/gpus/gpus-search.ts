import { z } from 'zod';
import { OwnerDimension } from '../../../src/finops/gpu-usage/owners/dimension/schema.ts';

/** Dimensions of the efficiency over time. */
export const EFFICIENCY_BY = ['team', 'model', 'project', 'endpoint'] as const;
const table = z.enum(['table']).optional().catch(undefined);

/** URL parameters of the GPU page; a missing parameter has its default. */
export const GpusSearch = z.object({
  /** Dimension of the idle time. */
  by: OwnerDimension.optional().catch(undefined),
  /** Dimension of the efficiency over time, and the width of a point. */
  over: z.enum(EFFICIENCY_BY).optional().catch(undefined),
  step: z.enum(['week']).optional().catch(undefined),
  /** The GPU with its readings in the panel. */
  gpu: z.string().min(1).max(500).optional().catch(undefined),
  /** GPUs of the heat map to pass over. */
  skip: z.coerce.number().int().min(0).max(1_000_000).optional().catch(undefined),
  /** Shown as figures in the place of pictures. */
  heat: table,
  efficiency: table,
});
export type GpusSearch = z.infer<typeof GpusSearch>;
