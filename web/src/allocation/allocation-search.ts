import { z } from 'zod';
import { CoverageDimension } from '../../../src/finops/allocation/coverage-dimension/schema.ts';

export const AllocationTab = z.enum(['unallocated', 'suggestions', 'rules', 'shared', 'metered']);
export type AllocationTab = z.infer<typeof AllocationTab> | 'coverage';

/** URL parameters of the allocation page; a missing parameter has its default. */
export const AllocationSearch = z.object({
  /** The open tab; coverage when left out. */
  tab: AllocationTab.optional().catch(undefined),
  /** Dimension of the unallocated cost; services when left out. */
  by: z.string().min(1).max(300).optional().catch(undefined),
  /** Dimension of the coverage; services when left out. */
  of: CoverageDimension.optional().catch(undefined),
  /** `days` shows the coverage through the month instead of from month to month. */
  trend: z.enum(['days']).optional().catch(undefined),
  chart: z.enum(['table']).optional().catch(undefined),
  /** Version of the rules that is shown; the one in force when left out. */
  version: z.coerce.number().int().min(0).optional().catch(undefined),
});
export type AllocationSearch = z.infer<typeof AllocationSearch>;
