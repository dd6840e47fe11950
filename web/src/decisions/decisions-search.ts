import { z } from 'zod';
import { Verdict } from '../../../src/tradeoff/gates/schema.ts';

/** URL parameters of the decisions page. */
export const DecisionsSearch = z.object({
  model: z.string().min(1).optional().catch(undefined),
  verdict: Verdict.optional().catch(undefined),
});
