import { z } from 'zod';
import { endpoint } from '../../../platform/contract/schema.ts';
import { Rows } from '../selection/schema.ts';

export const FocusVersion = z.enum(['1.2', '1.3', '1.4']).describe('FOCUS version: its columns, under its names');
export type FocusVersion = z.infer<typeof FocusVersion>;

export const FileFormat = z.enum(['parquet', 'csv']).describe('File format');

export const exportFocus = endpoint({
  method: 'GET',
  path: '/api/v1/costs/export',
  scope: 'finops.read',
  reads: ['money', 'team'],
  summary: 'Export the allocated cost as a FOCUS file: one row for each bill row, or for each share of it',
  query: z.strictObject({
    version: FocusVersion.default('1.4'),
    fileFormat: FileFormat.default('parquet'),
    ...Rows,
  }),
  answers: 'bytes',
  response: z.string().describe('Parquet, or CSV with a header line'),
  errors: ['dimension_unknown', 'bill_delivery_not_found', 'bill_delivery_deleted', 'storage_full'],
});
