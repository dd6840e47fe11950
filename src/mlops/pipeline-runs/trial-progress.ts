import { z } from 'zod';

/** Progress of a trial of a sweep, as it is stored with its step. */
export const TrialProgress = z.strictObject({
  /** Best values of the metric, each at the money at which it was first seen. Floats: they steer a search and are not accounted. */
  points: z.array(z.strictObject({ spent: z.number(), value: z.number() })),
  /** Why the trial was ended early, one clause. Null: it was not. */
  ended: z.string().nullable(),
});
export type TrialProgress = z.infer<typeof TrialProgress>;
