import { z } from 'zod';
import { endpoint } from '../contract/schema.ts';

export const RetentionPreview = z
  .strictObject({
    keepDays: z.number().int().nullable().describe('Retention in days; null: unlimited'),
    before: z
      .string()
      .nullable()
      .describe('UTC day or instant before which rows are deleted; null: nothing is deleted'),
    rows: z.number().int().describe('Rows that are deleted'),
    files: z.number().int().describe('Files that are deleted'),
    sizeBytes: z.number().int().describe('Bytes of these files'),
    first: z
      .string()
      .nullable()
      .describe('First UTC day or billing month of the deleted data; null: nothing is deleted'),
    last: z.string().nullable().describe('Last UTC day or billing month of the deleted data; null: nothing is deleted'),
    unanswerable: z.array(z.string()).describe('Queries that have no answer after the deletion'),
  })
  .describe('Data that retention deletes now');
export type RetentionPreview = z.infer<typeof RetentionPreview>;

const tables = [
  'predictions',
  'labels',
  'shadowPredictions',
  'gpuReadings',
  'rawBills',
  'supersededDeliveries',
] as const;

export const TableRetention = z
  .strictObject({
    table: z.enum(tables).describe('Table with retention by age'),
    setting: z.string().describe('Setting with the number of days'),
    ...RetentionPreview.shape,
  })
  .describe('Retention of one table');
export type TableRetention = z.infer<typeof TableRetention>;

const days = (setting: string, least = 1) =>
  z.coerce.number().int().min(least).max(36_500).optional().describe(`Days; default: the setting ${setting}`);

export const previewTables = endpoint({
  method: 'GET',
  path: '/api/v1/retention/tables',
  scope: 'platform.read',
  summary:
    'Preview the rows and files that retention deletes from each table, by the settings or by other numbers; delete nothing',
  query: z.strictObject({
    predictionDays: days('predictionDays'),
    labelDays: days('labelDays'),
    gpuReadingDays: days('gpuReadingDays', 2),
    rawBillDays: days('rawBillDays'),
    supersededDeliveryDays: days('supersededDeliveryDays'),
  }),
  response: z.strictObject({ tables: z.array(TableRetention).describe('Tables with retention by age') }),
  errors: [],
});
