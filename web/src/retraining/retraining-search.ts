import { z } from 'zod';

export const RETRAINING_TABS = ['now', 'triggers', 'rules', 'setup'] as const;
export type RetrainingTab = (typeof RETRAINING_TABS)[number];

/** URL parameters of the page of a retraining. */
export const RetrainingSearch = z.object({
  tab: z.enum(RETRAINING_TABS).optional().catch(undefined),
});
