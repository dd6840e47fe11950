import { z } from 'zod';
import { NotifyTarget } from '../../../platform/notices/schema.ts';
import { Currency, DecimalString } from '../../../platform/units/schema.ts';
import { AnomalyMeasure } from '../schema.ts';

const named = z.string().min(1).max(250);

/** `kind: AnomalySubscription` of `steelyard apply`. */
export const AnomalySubscriptionSpec = z.strictObject({
  of: z
    .strictObject({
      team: named.optional().describe('Team'),
      model: named.optional().describe('Registered model'),
      endpoint: named.optional().describe('Serving endpoint'),
      serviceName: named.optional().describe('Service of the cloud, as FOCUS names it'),
      subAccountId: named.optional().describe('Account of the cloud'),
    })
    .default({})
    .describe('Only anomalies that are of all of these; {}: of anything'),
  measures: z.array(AnomalyMeasure).min(1).max(10).optional().describe('Only these measures. Default: all'),
  direction: z
    .enum(['over', 'under', 'both'])
    .default('both')
    .describe('`over`: more money than expected, or the same cost for less usage; `under`: the opposite'),
  leastImpact: z
    .strictObject({
      amount: DecimalString.refine((text) => !text.startsWith('-'), 'zero or more').describe(
        'Smallest deviation from the expected amount, above or below, that is sent',
      ),
      currency: Currency,
    })
    .optional()
    .describe('Left out: every anomaly is sent, including those of other currencies or without money'),
  notify: z.array(NotifyTarget).min(1).max(10).describe('Receivers of the notices; each anomaly is sent once'),
});
export type AnomalySubscriptionSpec = z.infer<typeof AnomalySubscriptionSpec>;
