import { z } from 'zod';

/** Where a try of a step with a deadline runs, and what that was decided by. */
export const CapacityDecision = z.strictObject({
  atMs: z.number(),
  /** Try that it holds for. */
  forAttempt: z.number().int(),
  /** `wait` is spot capacity as well, which is not there yet. */
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

/** Capacity that was decided for a try; null where nothing was. */
export function capacityOf(
  { capacity }: { readonly capacity: readonly CapacityDecision[] },
  attempt: number,
): Capacity | null {
  const last = capacity.findLast(({ forAttempt }) => forAttempt === attempt);
  if (last === undefined) return null;
  return last.action === 'on-demand' ? 'on-demand' : 'spot';
}
