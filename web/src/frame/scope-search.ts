import { z } from 'zod';
import { Month } from '../../../src/platform/units/schema.ts';

/** URL parameters of every page: the month in view (`all` for every month) and the team. */
export const ScopeSearch = z.object({
  period: z
    .union([Month, z.literal('all')])
    .optional()
    .catch(undefined),
  team: z.string().min(1).max(250).optional().catch(undefined),
});
export type ScopeSearch = z.infer<typeof ScopeSearch>;
