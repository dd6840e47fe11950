import { z } from 'zod';
import { endpoint } from '../contract/schema.ts';

export const RetentionPreview = z
  .strictObject({
    keepDays: z.number().int().nullable().describe('Days that rows or files are kept; null: for ever'),
    before: z.string().nullable().describe('UTC day or instant; what is older is deleted. Null: nothing is'),
    rows: z.number().int().describe('Rows that are deleted'),
    files: z.number().int().describe('Files that are deleted'),
    sizeBytes: z.number().int().describe('Bytes of these files'),
    first: z.string().nullable().describe('First UTC day or billing month of what is deleted; null: nothing is'),
    last: z.string().nullable().describe('Last UTC day or billing month of what is deleted; null: nothing is'),
    unanswerable: z.array(z.string()).describe('What can no longer be answered afterwards'),
  })
  .describe('What retention deletes now');
export type RetentionPreview = z.infer<typeof RetentionPreview>;

const tables = ['predictions', 'labels', 'gpuReadings', 'rawBills', 'supersededDeliveries'] as const;

export const TableRetention = z
  .strictObject({
    table: z.enum(tables).describe('What is kept and deleted by age'),
    setting: z.string().describe('Setting with the number of days'),
    ...RetentionPreview.shape,
  })
  .describe('What retention does to a table');
export type TableRetention = z.infer<typeof TableRetention>;

const days = (setting: string, least = 1) =>
  z.coerce.number().int().min(least).max(36_500).optional().describe(`Days; default: the setting ${setting}`);

export const previewTables = endpoint({
  method: 'GET',
  path: '/api/v1/retention/tables',
  scope: 'platform.read',
  summary: 'Show what retention by age deletes of each table, by the settings or by other numbers; nothing is deleted',
  query: z.strictObject({
    predictionDays: days('predictionDays'),
    labelDays: days('labelDays'),
    gpuReadingDays: days('gpuReadingDays', 2),
    rawBillDays: days('rawBillDays'),
    supersededDeliveryDays: days('supersededDeliveryDays'),
  }),
  response: z.strictObject({ tables: z.array(TableRetention).describe('Each table that retention by age knows') }),
  errors: [],
});
