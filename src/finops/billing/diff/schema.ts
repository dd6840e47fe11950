import { z } from 'zod';
import { endpoint } from '../../../platform/contract/schema.ts';
import { DecimalString, Month } from '../../../platform/units/schema.ts';
import { DeliveryId, moneyChange } from '../schema.ts';

export const MoneyChange = z
  .strictObject({
    value: z
      .string()
      .nullable()
      .describe('Value of the dimension; null for rows without one, or without a requested dimension'),
    ...moneyChange,
    rowsBefore: z.number().int().describe('Rows before'),
    rowsAfter: z.number().int().describe('Rows after'),
  })
  .describe('One sum, before and after');
export type MoneyChange = z.infer<typeof MoneyChange>;

export const DiffRow = z
  .strictObject({
    file: z.string().describe('File of the delivery'),
    row: z.number().int().describe('Number of the record in it, from 1'),
    chargePeriodStart: z.string().nullable().describe('Start of the charge period, UTC'),
    subAccountId: z.string().nullable().describe('FOCUS SubAccountId'),
    serviceName: z.string().nullable().describe('FOCUS ServiceName'),
    resourceId: z.string().nullable().describe('FOCUS ResourceId'),
    skuId: z.string().nullable().describe('FOCUS SkuId'),
    chargeDescription: z.string().nullable().describe('FOCUS ChargeDescription'),
    billedCost: DecimalString.nullable().describe('FOCUS BilledCost'),
    currency: z.string().describe('FOCUS BillingCurrency'),
  })
  .describe('Bill row: position in its file, resource and charge');
export type DiffRow = z.infer<typeof DiffRow>;

export const FieldChange = z
  .strictObject({
    row: z
      .strictObject({ before: DiffRow.describe('The row in A'), after: DiffRow.describe('The row in B') })
      .describe('The row'),
    column: z.string().describe('FOCUS column in camelCase, `tag:KEY` or `x_COLUMN`'),
    before: z.string().nullable().describe('Value in A; null when it has none'),
    after: z.string().nullable().describe('Value in B; null when it has none'),
  })
  .describe('One field that differs');
export type FieldChange = z.infer<typeof FieldChange>;

export const BillDiff = z
  .strictObject({
    a: DeliveryId.describe('Before'),
    b: DeliveryId.describe('After'),
    period: Month,
    counts: z
      .strictObject({
        unchanged: z.number().int().describe('Rows that are the same in both'),
        added: z.number().int().describe('Rows only in B'),
        removed: z.number().int().describe('Rows only in A'),
        changedRows: z.number().int().describe('Rows in both with fields that differ'),
        changedFields: z.number().int().describe('Fields that differ'),
      })
      .describe('Exact counts, however much is listed'),
    added: z.array(DiffRow).describe('Rows only in B, from `offset`, at most `limit`'),
    removed: z.array(DiffRow).describe('Rows only in A, from `offset`, at most `limit`'),
    changed: z.array(FieldChange).describe('Fields that differ, of at most `limit` rows from `offset`'),
    totals: z.array(MoneyChange).describe('Cost by metric, currency and the requested dimension'),
  })
  .describe('Differences between two deliveries of a billing period');
export type BillDiff = z.infer<typeof BillDiff>;

export const diffDeliveries = endpoint({
  method: 'GET',
  path: '/api/v1/bill/diff',
  scope: 'finops.read',
  summary: 'Compare two deliveries: rows added, gone and changed by field, and the cost by a dimension',
  query: z.strictObject({
    a: DeliveryId.describe('Delivery before'),
    b: DeliveryId.describe('Delivery after'),
    period: Month.optional().describe('Billing period; needed when the two share several'),
    by: z.string().min(1).max(300).optional().describe('Dimension of the totals, such as serviceName or tag:team'),
    limit: z.coerce.number().int().min(0).max(1000).default(100).describe('Rows listed of each kind, 0 to 1000'),
    offset: z.coerce.number().int().min(0).default(0).describe('Rows skipped of each kind'),
  }),
  response: BillDiff,
  errors: ['bill_delivery_not_found', 'bill_delivery_deleted', 'bill_period_needed', 'dimension_unknown'],
});
