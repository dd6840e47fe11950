import { z } from 'zod';
import { Verdict } from '../../../src/tradeoff/gates/verdict/schema.ts';

/** URL parameters of the decisions page. */
export const DecisionsSearch = z.object({
  model: z.string().min(1).optional().catch(undefined),
  verdict: Verdict.optional().catch(undefined),
  /** Only decisions to act about this id. */
  about: z.string().max(250).optional().catch(undefined),
});
