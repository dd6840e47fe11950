import { z } from 'zod';
import { Verdict } from '../../../src/tradeoff/gates/schema.ts';

/** What the address of the decisions page says. */
export const DecisionsSearch = z.object({
  model: z.string().min(1).optional().catch(undefined),
  verdict: Verdict.optional().catch(undefined),
});
