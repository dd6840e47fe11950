import { z } from 'zod';

/** Capacity of an attempt of a step with a deadline, and the evidence of the decision. */
export const CapacityDecision = z.strictObject({
  atMs: z.number(),
  /** Number of its attempt. */
  forAttempt: z.number().int(),
  /** `wait` also means spot capacity, which is not available yet. */
  action: z.enum(['spot', 'on-demand', 'wait']),
  reason: z.string(),
  elapsedSeconds: z.number(),
  savedSeconds: z.number(),
  isSpotThere: z.boolean(),
  running: z.enum(['spot', 'on-demand', 'nothing']),
  /** Entry of the ledger of decisions. */
  decision: z.string(),
});
export type CapacityDecision = z.infer<typeof CapacityDecision>;

export type Capacity = 'spot' | 'on-demand';

/** Capacity that was decided for an attempt; null without a decision. */
export function findCapacity(
  { capacity }: { readonly capacity: readonly CapacityDecision[] },
  attempt: number,
): Capacity | null {
  const last = capacity.findLast(({ forAttempt }) => forAttempt === attempt);
  if (last === undefined) return null;
  return last.action === 'on-demand' ? 'on-demand' : 'spot';
}
