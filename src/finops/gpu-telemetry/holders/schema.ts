import { z } from 'zod';
import { endpoint } from '../../../platform/contract/schema.ts';
import { UtcInstant } from '../../../platform/units/schema.ts';
import { UploadId } from '../../../platform/uploads/schema.ts';
import { holderColumns } from '../holder-fields/schema.ts';
import { fileErrors, RejectedSamples } from '../telemetry/schema.ts';

const ColumnName = z.string().min(1).max(200);

export const GpuHolders = z
  .strictObject({
    name: z.string().describe('File'),
    rows: z.number().int().describe('Rows of the file'),
    accepted: z.number().int().describe('Accepted rows'),
    rejected: z.array(RejectedSamples).describe('Rejected rows, by reason'),
    gpus: z.number().int().describe('GPUs in the accepted rows'),
    heldByNobody: z.number().int().describe('Rows without a holder: the GPU was free then'),
    firstAt: UtcInstant.describe('Earliest start'),
    lastAt: UtcInstant.describe('Latest end'),
  })
  .describe('An import of holders of GPUs');
export type GpuHolders = z.infer<typeof GpuHolders>;

export const importGpuHolders = endpoint({
  method: 'POST',
  path: '/api/v1/gpus/holders/imports',
  scope: 'finops.write',
  summary: 'Import the holders of GPUs from a file (CSV, CSV.gz, Parquet)',
  body: z.strictObject({
    upload: UploadId,
    name: z.string().min(1).max(1024).describe('Name of the file, for messages'),
    gpu: ColumnName.describe('Column of the GPU id, as in its readings'),
    start: ColumnName.describe('Column of when it began: Unix time, or ISO 8601'),
    end: ColumnName.describe('Column of when it ended, exclusive; an empty one is now'),
    ...holderColumns,
  }),
  response: GpuHolders,
  errors: [...fileErrors, 'gpu_holders_unusable'],
});
