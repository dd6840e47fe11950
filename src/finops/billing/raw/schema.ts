import { z } from 'zod';
import { endpoint } from '../../../platform/contract/schema.ts';
import { DeliveryId } from '../schema.ts';

export const downloadRaw = endpoint({
  method: 'GET',
  path: '/api/v1/bill/raw',
  scope: 'finops.read',
  summary: 'Get the bytes of a delivered file, unchanged',
  query: z.strictObject({ delivery: DeliveryId, file: z.string().min(1).describe('Name of the file in the delivery') }),
  response: z.string().describe('The bytes of the file'),
  answers: 'bytes',
  errors: ['bill_delivery_not_found', 'bill_delivery_deleted', 'bill_raw_not_found', 'bill_raw_deleted'],
});

export const RawRow = z
  .strictObject({
    delivery: DeliveryId,
    file: z.string().describe('Name of the file in the delivery'),
    row: z.number().int().describe('Number of the record, from 1; the header is not counted'),
    line: z.number().int().nullable().describe('Line on which it begins, the header being 1; null for Parquet'),
    fields: z
      .array(
        z.strictObject({
          column: z.string().describe('Column name in the header'),
          value: z.string().nullable().describe('As text, verbatim; null for a null value in Parquet'),
        }),
      )
      .describe('Fields in the order of the file'),
  })
  .describe('One record of a delivered file, unchanged');
export type RawRow = z.infer<typeof RawRow>;

export const getRawRow = endpoint({
  method: 'GET',
  path: '/api/v1/bill/raw-row',
  scope: 'finops.read',
  summary: 'Get one record of a delivered file, unchanged',
  query: z.strictObject({
    delivery: DeliveryId,
    file: z.string().min(1).describe('Name of the file in the delivery'),
    row: z.coerce.number().int().min(1).describe('Number of the record, from 1; the header is not counted'),
  }),
  response: RawRow,
  errors: [
    'bill_delivery_not_found',
    'bill_delivery_deleted',
    'bill_raw_not_found',
    'bill_raw_deleted',
    'bill_row_not_found',
  ],
});
