import { z } from 'zod';
import { endpoint } from '../../../platform/contract/schema.ts';

export const GpuRetention = z
  .strictObject({
    keepDays: z.number().int().describe('Days for which readings are kept one by one'),
    rows: z.number().int().describe('Readings that are deleted'),
    files: z.number().int().describe('Files of the lake that hold them'),
    sizeBytes: z.number().int().describe('Bytes of these files'),
    firstDay: z.iso.date().nullable().describe('First UTC day of these readings; null: there are none'),
    lastDay: z.iso.date().nullable().describe('Last UTC day of these readings; null: there are none'),
    unanswerable: z.array(z.string()).describe('Questions about these days that cannot be answered after the deletion'),
  })
  .describe('Readings of GPUs that retention deletes');
export type GpuRetention = z.infer<typeof GpuRetention>;

export const previewGpuRetention = endpoint({
  method: 'GET',
  path: '/api/v1/gpus/retention',
  scope: 'finops.read',
  summary:
    'Show which readings of GPUs retention deletes, by the setting or by another number of days; nothing is deleted',
  query: z.strictObject({
    days: z.coerce
      .number()
      .int()
      .min(2)
      .max(3650)
      .optional()
      .describe('Days for which readings are kept one by one; default: the setting gpuReadingDays'),
  }),
  response: GpuRetention,
  errors: [],
});
