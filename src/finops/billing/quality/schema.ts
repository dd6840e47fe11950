import { z } from 'zod';
import { endpoint } from '../../../platform/contract/schema.ts';
import { Currency, DecimalString, Month } from '../../../platform/units/schema.ts';
import { DeliveryId } from '../schema.ts';

export const QualityFinding = z
  .strictObject({
    period: Month,
    rule: z.string().describe('Stable name of the rule'),
    title: z.string().describe('Problem of the rows'),
    column: z.string().describe('FOCUS column that the rule is about'),
    focus: z.string().describe('The FOCUS requirement that the rows break'),
    rows: z.number().int().describe('Rows that break it'),
    billed: z
      .array(z.strictObject({ currency: Currency, amount: DecimalString.describe('Exact sum of BilledCost') }))
      .describe('Billed cost of these rows, by currency'),
    example: z
      .strictObject({
        file: z.string().describe('File of the delivery'),
        row: z.number().int().describe('Record in the file, the first after the header being 1'),
        value: z.string().describe('Value in the column'),
      })
      .describe('The first such row'),
  })
  .describe('Rows of a delivery that break one rule of FOCUS; they count like any other');
export type QualityFinding = z.infer<typeof QualityFinding>;

export const billQuality = endpoint({
  method: 'GET',
  path: '/api/v1/bill/deliveries/:delivery/quality',
  scope: 'finops.read',
  summary: 'Check the data quality of a delivery: rows that break a rule of FOCUS, by billing period and rule',
  params: z.strictObject({ delivery: DeliveryId }),
  response: z.strictObject({
    delivery: DeliveryId,
    rows: z.number().int().describe('Rows that were checked'),
    findings: z.array(QualityFinding).describe('By billing period, then rule; empty when every row passes'),
  }),
  errors: ['bill_delivery_not_found', 'bill_delivery_deleted', 'lake_file_damaged'],
});
