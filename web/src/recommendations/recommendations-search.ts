import { z } from 'zod';

/** What the address of the recommendations says; the open ones when it says nothing. */
export const RecommendationsSearch = z.object({
  state: z.enum(['done', 'closed']).optional().catch(undefined),
});
export type RecommendationsSearch = z.infer<typeof RecommendationsSearch>;
