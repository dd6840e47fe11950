import { z } from 'zod';
import { Subject } from '../../../org/schema.ts';
import { endpoint } from '../../../platform/contract/schema.ts';
import { Currency, DecimalString, Month } from '../../../platform/units/schema.ts';
import { CostMetric, DEFAULT_METRIC } from '../../billing/schema.ts';

const describeAmount = (what: string) => DecimalString.describe(what);

export const ReconciledSubject = z
  .strictObject({
    subject: Subject,
    currency: Currency,
    reconciled: describeAmount('Billed cost of its metered usage, in the metric'),
    metered: DecimalString.nullable().describe('Cost of the same by the price book; null when a price is missing'),
    hours: describeAmount('Metered resource-hours'),
  })
  .describe('Billed cost of a subject, split by metered usage');
export type ReconciledSubject = z.infer<typeof ReconciledSubject>;

export const ReconciledResource = z
  .strictObject({
    resource: z.string().describe("The bill's ResourceId, or the tag that rows and usage share"),
    match: z
      .enum(['resource', 'tag', 'none'])
      .describe('How rows met usage: by resource id, by a steelyard.* tag, or not at all'),
    currency: Currency,
    billed: describeAmount('Cost by the bill in the period, in the metric'),
    reconciled: describeAmount('Part of billed with metered usage of subjects'),
    idle: describeAmount('Part of billed for hours without metered usage, on resources that are metered'),
    untracked: describeAmount('Part of billed for resources without any metered usage; their utilization is unknown'),
    metered: DecimalString.nullable().describe('Metered hours by the price book; null when a price is missing'),
    priceVariance: DecimalString.nullable().describe('reconciled - metered; null when metered is'),
    billedHours: describeAmount('Billed hours multiplied by the capacity of the resource'),
    meteredHours: describeAmount('Resource-hours that were metered within them'),
    capacity: describeAmount('Units that the resource holds: GPUs, CPUs, or 1'),
    capacitySource: z
      .enum(['bill', 'observed', 'one'])
      .describe(
        'Origin of the capacity: SkuPriceDetails of the bill, the highest concurrent usage that was observed, or one unit',
      ),
  })
  .describe('billed = reconciled + idle + untracked, and reconciled = metered + price variance');
export type ReconciledResource = z.infer<typeof ReconciledResource>;

export const getReconciliation = endpoint({
  method: 'GET',
  path: '/api/v1/allocation/reconciliation',
  scope: 'finops.read',
  summary: 'Compare metered usage with the bill by resource and time: idle, untracked and price variance',
  query: z.strictObject({
    period: Month.describe('Billing period'),
    metric: CostMetric.default(DEFAULT_METRIC).describe('FOCUS cost column; default effectiveCost'),
  }),
  response: z.strictObject({
    period: Month,
    metric: CostMetric,
    totals: z
      .array(
        z.strictObject({
          currency: Currency,
          billed: describeAmount('Cost by the bill of all resources, in the metric'),
          reconciled: describeAmount('Held by subjects'),
          idle: describeAmount('Billed without metered usage, on resources that are metered'),
          untracked: describeAmount('Billed for resources without any metered usage'),
          metered: describeAmount('By the price book, where there is a price'),
          priceVariance: describeAmount('reconciled - metered, where there is a price'),
          withoutPrice: z.number().int().describe('Resources with unknown metered cost'),
        }),
      )
      .describe('Totals by currency'),
    subjects: z.array(ReconciledSubject).describe('The largest first'),
    resources: z.array(ReconciledResource).describe('The largest billed first; at most 1000, totals are over all'),
    unbilled: z
      .array(
        z.strictObject({
          usage: z.string().describe('Id of the interval'),
          subject: Subject,
          resource: z.string().describe('Resource by the price book'),
          resourceId: z.string().nullable().describe('ResourceId in the bill; null when the usage does not state it'),
          hours: describeAmount('Resource-hours'),
          metered: z
            .strictObject({ amount: DecimalString.describe('Exact amount'), currency: Currency })
            .nullable()
            .describe('Metered cost; null when a price is missing'),
        }),
      )
      .describe('Metered, but no billed row meets it: on premises, not yet billed, or named otherwise; at most 1000'),
  }),
  errors: [],
});
