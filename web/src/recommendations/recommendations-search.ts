import { z } from 'zod';
import { RecommendationKind } from '../../../src/tradeoff/recommendations/kind/schema.ts';

/** URL parameters of the savings; without any, the open ones are listed. */
export const RecommendationsSearch = z.object({
  state: z.enum(['accepted', 'in_progress', 'done', 'closed', 'all']).optional().catch(undefined),
  kind: RecommendationKind.optional().catch(undefined),
  /** Name of an account or team; `none`: without an owner. */
  owner: z.string().max(250).optional().catch(undefined),
});
export type RecommendationsSearch = z.infer<typeof RecommendationsSearch>;
