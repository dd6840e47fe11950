import { z } from 'zod';
import { OptimizationState } from '../../../src/tradeoff/optimizations/state/schema.ts';

/** URL parameters of the optimizations; without any, all are listed. */
export const OptimizationsSearch = z.object({
  endpoint: z.string().max(250).optional().catch(undefined),
  state: OptimizationState.optional().catch(undefined),
});
export type OptimizationsSearch = z.infer<typeof OptimizationsSearch>;
