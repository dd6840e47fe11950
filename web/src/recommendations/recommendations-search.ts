import { z } from 'zod';

/** URL parameters of the recommendations; without any, the open ones are listed. */
export const RecommendationsSearch = z.object({
  state: z.enum(['done', 'closed']).optional().catch(undefined),
});
export type RecommendationsSearch = z.infer<typeof RecommendationsSearch>;
