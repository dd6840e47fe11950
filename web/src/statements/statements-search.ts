import { z } from 'zod';

/** URL parameters of the statements; month and team are parameters of the frame. */
export const StatementsSearch = z.object({
  /** `unallocated` shows the statement of the unallocated cost; links of earlier versions have `nobody`. */
  of: z
    .preprocess((value) => (value === 'nobody' ? 'unallocated' : value), z.enum(['unallocated']).optional())
    .catch(undefined),
  /** Which cost the figures are; effective (amortized) cost when left out. */
  cost: z.enum(['billed']).optional().catch(undefined),
  /** Number of the issued statement that is open. */
  number: z.coerce.number().int().min(1).optional().catch(undefined),
  /** The issue dialog is open. */
  ask: z.enum(['issue']).optional().catch(undefined),
});
export type StatementsSearch = z.infer<typeof StatementsSearch>;
