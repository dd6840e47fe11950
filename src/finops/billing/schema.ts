import { z } from 'zod';
import { endpoint, NextPageToken, PageQuery } from '../../platform/contract/schema.ts';
import { Currency, DecimalString, Month, UtcInstant } from '../../platform/units/schema.ts';
import { UploadId } from '../../platform/uploads/schema.ts';

export const CostMetric = z
  .enum(['billedCost', 'effectiveCost', 'listCost', 'contractedCost'])
  .describe('FOCUS cost column');
export type CostMetric = z.infer<typeof CostMetric>;

export const SourceName = z
  .string()
  .regex(/^[a-zA-Z0-9][\w.-]{0,62}$/, 'letters, digits, dot, dash, underscore; at most 63')
  .describe('Name of the place the bill came from');

export const DeliveryId = z
  .string()
  .regex(/^d_[0-9a-f]{20}$/)
  .describe('Id of one delivery of a bill');

export const RejectedRow = z
  .strictObject({
    file: z.string().describe('File name'),
    line: z
      .number()
      .int()
      .nullable()
      .describe('Line in the file, the header being 1; null where a format has no lines'),
    column: z.string().nullable().describe('Column name; null when the whole row is malformed'),
    reason: z.string().describe('What is wrong and what was expected'),
  })
  .describe('A row that was not accepted, and why');
export type RejectedRow = z.infer<typeof RejectedRow>;

export const MetricTotal = z
  .strictObject({
    metric: CostMetric,
    currency: Currency,
    amount: DecimalString.describe('Exact sum over accepted rows'),
  })
  .describe('Sum of one cost column in one currency');
export type MetricTotal = z.infer<typeof MetricTotal>;

export const ImportResult = z
  .strictObject({
    delivery: DeliveryId.nullable().describe('Id of the delivery; null when nothing was stored'),
    source: SourceName,
    rows: z.number().int().describe('Rows read'),
    accepted: z.number().int().describe('Rows accepted'),
    rejected: z.array(RejectedRow).describe('Rows not accepted, at most 1000 listed'),
    rejectedRows: z.number().int().describe('Number of rows not accepted'),
    periods: z.array(Month).describe('Billing periods that the delivery holds'),
    totals: z.array(MetricTotal).describe('Sums over the accepted rows, by metric and currency'),
    replaced: z.array(DeliveryId).describe('Deliveries that this one took the place of, wholly or for some periods'),
    unchanged: z.boolean().describe('True when the same files had been delivered before; nothing was changed then'),
  })
  .describe('What an import did');
export type ImportResult = z.infer<typeof ImportResult>;

export const importBill = endpoint({
  method: 'POST',
  path: '/api/v1/bill/imports',
  scope: 'finops.write',
  summary: 'Import uploaded bill files as one delivery of a source',
  body: z.strictObject({
    source: SourceName,
    files: z
      .array(
        z.strictObject({ upload: UploadId, name: z.string().min(1).max(1024).describe('Path as the user knows it') }),
      )
      .min(1)
      .max(10_000)
      .describe('The files of the delivery'),
    allowRejected: z.number().int().min(0).default(0).describe('How many rows may be left out'),
  }),
  response: ImportResult,
  errors: [
    'upload_not_found',
    'file_empty',
    'file_truncated',
    'file_unreadable',
    'file_not_utf8',
    'file_format_unknown',
    'bill_column_missing',
    'bill_malformed',
    'bill_rows_rejected',
    'storage_full',
  ],
});

export const Delivery = z
  .strictObject({
    delivery: DeliveryId,
    source: SourceName,
    periods: z.array(Month).describe('Billing periods in it'),
    currentPeriods: z.array(Month).describe('Those of them for which it is the current delivery'),
    receivedAt: UtcInstant.describe('When it was stored'),
    rows: z.number().int().describe('Rows accepted'),
    rejectedRows: z.number().int().describe('Rows kept apart as rejected'),
    current: z.boolean().describe('True while any of its periods is current'),
    files: z
      .array(z.strictObject({ name: z.string().describe('File name'), sizeBytes: z.number().int().describe('Bytes') }))
      .describe('Files it came in'),
    totals: z.array(MetricTotal).describe('Sums over the accepted rows'),
  })
  .describe('One delivery of a bill');
export type Delivery = z.infer<typeof Delivery>;

export const listDeliveries = endpoint({
  method: 'GET',
  path: '/api/v1/bill/deliveries',
  scope: 'finops.read',
  summary: 'Deliveries, newest first',
  query: z.strictObject({ source: SourceName.optional(), ...PageQuery }),
  response: z.strictObject({
    deliveries: z.array(Delivery).describe('Deliveries, newest first'),
    nextPageToken: NextPageToken,
  }),
  errors: ['invalid_page_token'],
});
