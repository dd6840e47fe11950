import { z } from 'zod';
import { endpoint } from '../../../platform/contract/schema.ts';
import { Duration } from '../../../platform/units/quantities/schema.ts';
import { Money, UtcInstant } from '../../../platform/units/schema.ts';
import { UploadId } from '../../../platform/uploads/schema.ts';
import { ResourceName } from '../../metering/schema.ts';
import { holderColumns, identifiesHolder } from '../holder-fields/schema.ts';

/** Metrics of readings. */
export const GpuMetric = z
  .enum(['utilization', 'memory', 'energy', 'poolTotal', 'poolUnallocated'])
  .describe(
    'utilization, memory and counted energy of one GPU; of a pool: all its GPUs, and its GPUs without a holder',
  );
export type GpuMetric = z.infer<typeof GpuMetric>;

export const GpuUnit = z
  .enum(['percent', 'ratio', 'bytes', 'MiB'])
  .describe('Unit of the values: percent or ratio of utilization, bytes or MiB of memory');
export type GpuUnit = z.infer<typeof GpuUnit>;

const ColumnName = z.string().min(1).max(200);
const DAY_MS = 86_400_000;

const Interval = Duration.pipe(z.number().min(1, 'more than zero').max(DAY_MS, 'a day at most')).describe(
  'Time that one reading covers, such as 15s. Default: the usual distance between readings of one GPU',
);

const sent = {
  upload: UploadId,
  name: z.string().min(1).max(1024).describe('Name of the file, for messages'),
  interval: Interval.optional(),
  price: Money.optional().describe('Price of one GPU for an hour; before the price book'),
  resource: ResourceName.optional().describe('Key of the GPUs in the price book, such as gpu:H100'),
};

export const RejectedSamples = z
  .strictObject({
    reason: z.string().describe('Reason that they were rejected'),
    rows: z.number().int().describe('Rows'),
    example: z.string().describe('GPU, time and value of one of them, as the file has them'),
  })
  .describe('Rejected rows');

export const ImportedHolders = z
  .strictObject({
    holders: z.number().int().describe('Number of different holders; "no holder" counts as one'),
    stretches: z.number().int().describe('Number of times that one of them held a GPU'),
    leftOut: z.number().int().describe('Rows without a stored holder: one of its names is longer than 250 characters'),
  })
  .describe('Holders of the GPUs in the same file');

export const GpuImport = z
  .strictObject({
    import: z.string().describe('Id'),
    name: z.string().describe('File'),
    metrics: z.array(GpuMetric).describe('Metrics in the file'),
    unchanged: z
      .boolean()
      .describe('True when the same file had been imported in the same way; nothing was changed then'),
    importedAt: UtcInstant.describe('When it was imported'),
    rows: z.number().int().describe('Rows of the file'),
    accepted: z.number().int().describe('Accepted readings, including those that were stored before'),
    added: z.number().int().describe('Readings of a new GPU and instant; the others replace older readings'),
    rejected: z.array(RejectedSamples).describe('Rejected rows, by reason'),
    gpus: z.number().int().describe('GPUs, or pools, in the file'),
    intervalMs: z.number().int().describe('Time that one reading speaks for'),
    intervalStated: z.boolean().describe('`false` when it was computed from the distances between readings'),
    price: Money.nullable().describe('Price of one GPU for an hour; null when not stated'),
    resource: z.string().nullable().describe('Key of the GPUs in the price book; null when not stated'),
    firstAt: UtcInstant.describe('First reading'),
    lastAt: UtcInstant.describe('Last reading'),
    holders: ImportedHolders.nullable().describe(
      'Holders of the GPUs, by the columns of holders; null without such columns',
    ),
  })
  .describe('An import of readings of GPUs');
export type GpuImport = z.infer<typeof GpuImport>;

export const fileErrors = [
  'upload_not_found',
  'file_empty',
  'file_truncated',
  'file_unreadable',
  'file_format_unknown',
  'file_not_utf8',
  'csv_malformed',
  'gpu_column_missing',
  'lake_memory_exhausted',
  'storage_full',
] as const;

const readingErrors = [...fileErrors, 'gpu_samples_unusable', 'gpu_interval_unknown', 'gpu_day_rolled_up'] as const;

export const importGpuSamples = endpoint({
  method: 'POST',
  path: '/api/v1/gpus/imports',
  scope: 'finops.write',
  summary: 'Import readings of GPUs from a file (CSV, CSV.gz, Parquet)',
  body: z
    .strictObject({
      ...sent,
      metric: z.enum(['utilization', 'memory']).default('utilization').describe('Metric of the values'),
      unit: GpuUnit.optional(),
      value: ColumnName.describe('Column of the values'),
      time: ColumnName.describe('Column of the instants: Unix seconds, milliseconds or microseconds, or ISO 8601'),
      gpu: ColumnName.describe('Column of the GPU id, preferably its UUID'),
      ...holderColumns,
    })
    .refine(
      ({ columns, labels }) =>
        Object.keys({ ...columns, ...labels }).length === 0 || Object.keys(columns).some(identifiesHolder),
      {
        error:
          'a column of the holder of the GPU, such as pod, namespace, team or run; host, model and labels are no holder',
        path: ['columns'],
      },
    )
    .refine(({ metric, unit }) => unit === undefined || isMetricUnit(metric, unit), {
      error: 'a unit of its metric: percent or ratio of utilization, bytes or MiB of memory',
      path: ['unit'],
    }),
  response: GpuImport,
  errors: [...readingErrors, 'gpu_holders_unusable'],
});

function isMetricUnit(metric: 'utilization' | 'memory', unit: GpuUnit): boolean {
  return (metric === 'utilization') === (unit === 'percent' || unit === 'ratio');
}

export const importGpuPool = endpoint({
  method: 'POST',
  path: '/api/v1/gpus/pools/imports',
  scope: 'finops.write',
  summary: 'Import the number of GPUs of a pool, and the number without a holder, from a file (CSV, CSV.gz, Parquet)',
  body: z.strictObject({
    ...sent,
    pool: z.string().min(1).max(200).describe('Name of the pool: a cluster, a virtual cluster, a node group'),
    time: ColumnName.describe('Column of the instants: Unix seconds, milliseconds or microseconds, or ISO 8601'),
    total: ColumnName.describe('Column of the number of GPUs'),
    unallocated: ColumnName.describe('Column of the number of GPUs without a holder'),
  }),
  response: GpuImport,
  errors: readingErrors,
});

export const listGpuImports = endpoint({
  method: 'GET',
  path: '/api/v1/gpus/imports',
  scope: 'finops.read',
  summary: 'List the newest imports of GPU readings',
  response: z.strictObject({ imports: z.array(GpuImport).describe('The newest 100, newest first') }),
  errors: [],
});
