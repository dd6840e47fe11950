import { z } from 'zod';

/** URL parameters of the lineage page. */
export const LineageSearch = z.object({
  node: z.string().max(1000).optional().catch(undefined),
  direction: z.enum(['upstream', 'downstream', 'both']).optional().catch(undefined),
  depth: z.coerce.number().int().min(1).max(10).optional().catch(undefined),
});
