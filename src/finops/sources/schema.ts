import { z } from 'zod';
import { BucketLocation } from '../../platform/buckets/schema.ts';
import { endpoint } from '../../platform/contract/schema.ts';
import { Month, UtcInstant } from '../../platform/units/schema.ts';
import { BillDataset as Dataset, DateFormat, DeliveryId, NumberFormat } from '../billing/schema.ts';

export type BillDataset = z.infer<typeof Dataset>;

export const Layout = z
  .enum(['auto', 'awsDataExport', 'awsCurLegacy', 'azureExport', 'files'])
  .describe(
    'How deliveries lie there. auto: found out. awsDataExport: AWS Data Exports (CUR 2.0, FOCUS). awsCurLegacy: AWS Cost and Usage Reports. azureExport: Azure Cost Management exports. files: every .csv, .csv.gz and .parquet is part of one delivery',
  );
export type Layout = z.infer<typeof Layout>;

/** An off-peak minute of every hour; clouds deliver once to a few times a day. */
export const DEFAULT_SCHEDULE = '17 * * * *';

const name = z.string().trim().min(1).max(500);

/** `kind: BillSource` of `steelyard apply`. */
export const BillSourceSpec = z.strictObject({
  location: BucketLocation.refine(
    (location) => location.type !== 'folder' || /^([/\\]|[a-zA-Z]:[/\\])/.test(location.path),
    { path: ['path'], error: 'an absolute path such as "/srv/bills"' },
  ).describe('Location of the exports; a folder is an absolute path on the server'),
  layout: Layout.default('auto'),
  exportName: name.optional().describe('Name of the export; replaces the name in the manifest or the path'),
  scope: name.optional().describe('Coverage of the export; replaces the scope in the manifest'),
  dataset: Dataset.optional().describe('Kind of the rows; replaces the dataset in the manifest or the files'),
  dateFormat: DateFormat.optional(),
  numberFormat: NumberFormat.optional(),
  schedule: z
    .string()
    .min(1)
    .max(100)
    .nullable()
    .default(DEFAULT_SCHEDULE)
    .describe('Cron pattern in UTC; null: only by hand. Default: 17 minutes past every hour'),
  periods: z
    .number()
    .int()
    .min(1)
    .max(600)
    .nullable()
    .default(null)
    .describe('Number of billing periods to sync, including the current month; null: all'),
  allowRejected: z.number().int().min(0).default(0).describe('Rows of a delivery that may be left out; default 0'),
  closedAfterDays: z
    .number()
    .int()
    .min(0)
    .max(366)
    .default(14)
    .describe('Days after its end until a period is closed. Default: 14, as at AWS'),
});
export type BillSourceSpec = z.infer<typeof BillSourceSpec>;

export const SyncId = z
  .string()
  .regex(/^s_[0-9a-f]{20}$/)
  .describe('Id of one sync of a source');

export const SyncOutcome = z
  .enum(['imported', 'unchanged', 'ignored', 'shadowed', 'held', 'waiting', 'failed'])
  .describe(
    'imported: current for its period now. unchanged: imported before. ignored: a newer one is current, or it is no bill. shadowed: stored, but the same charges are counted from another export. held: stored as a possible duplicate, not counted until a user decides. waiting: files or manifest are missing, or do not agree yet. failed: nothing was stored',
  );
export type SyncOutcome = z.infer<typeof SyncOutcome>;

export const SyncedDelivery = z
  .strictObject({
    delivery: DeliveryId.nullable().describe('Id of the delivery; null when nothing was stored'),
    export: z.string().describe("Name of the cloud's export; `default` for bare files"),
    period: Month.nullable().describe('Billing period; null until it is known'),
    outcome: SyncOutcome,
    rows: z.number().int().nullable().describe('Rows accepted; null when nothing was stored'),
    reason: z
      .string()
      .nullable()
      .describe('Reason that it is not imported, and the action to take; null when it is imported'),
    code: z.string().nullable().describe('Error code when it failed; null otherwise'),
  })
  .describe('Result of a sync for one delivery');
export type SyncedDelivery = z.infer<typeof SyncedDelivery>;

export const SyncProgress = z
  .strictObject({
    phase: z.enum(['queued', 'listing', 'fetching', 'importing', 'ended']).describe('Phase of the sync'),
    filesDone: z.number().int().describe('Fetched files of the current delivery'),
    files: z.number().int().describe('Files of the current delivery'),
    bytesDone: z.number().int().describe('Fetched bytes of the current delivery'),
    bytes: z.number().int().describe('Bytes of the current delivery'),
    rows: z.number().int().describe('Rows imported by this sync so far'),
    deliveriesDone: z.number().int().describe('Deliveries dealt with'),
    deliveries: z.number().int().describe('Deliveries found'),
  })
  .describe('How far a sync is');
export type SyncProgress = z.infer<typeof SyncProgress>;

const Failure = z
  .strictObject({
    code: z.string().describe('Error code'),
    detail: z.string().describe('Failure, and the action to take'),
  })
  .describe('Reason that a sync failed');

export const Sync = z
  .strictObject({
    sync: SyncId,
    source: z.string().describe('Name of the source'),
    trigger: z.enum(['hand', 'schedule']).describe('Start of the sync: by a user, or by the schedule'),
    state: z.enum(['waiting', 'running', 'done', 'failed']).describe('failed: the source could not be read'),
    askedAt: UtcInstant.describe('When the sync was requested'),
    endedAt: UtcInstant.nullable().describe('When it ended; null while it has not'),
    progress: SyncProgress,
    deliveries: z.array(SyncedDelivery).describe('Deliveries dealt with, the oldest first'),
    error: Failure.nullable().describe('Why the source could not be read; null when it could'),
  })
  .describe('One sync of one source');
export type Sync = z.infer<typeof Sync>;

export const BillSource = z
  .strictObject({
    source: z.string().describe('Name of the source'),
    location: z.string().describe('Where it reads, without any credential'),
    layout: Layout,
    schedule: z.string().nullable().describe('Cron pattern in UTC; null: only by hand'),
    nextSyncAt: UtcInstant.nullable().describe('Time of the next scheduled sync; null without a schedule'),
    state: z
      .enum(['never', 'syncing', 'ok', 'waiting', 'held', 'failed'])
      .describe(
        'waiting: a delivery was incomplete. held: a delivery is on hold as a possible duplicate. failed: the source or a delivery could not be read',
      ),
    lastSync: SyncId.nullable().describe('Sync that ended last; null before the first'),
    lastSyncAt: UtcInstant.nullable().describe('When it ended'),
    lastError: Failure.nullable().describe('First failure of the last sync; null when it had none'),
  })
  .describe('Source of bills');
export type BillSource = z.infer<typeof BillSource>;

export const listSources = endpoint({
  method: 'GET',
  path: '/api/v1/bill/sources',
  scope: 'finops.read',
  summary: 'List the sources of bills with the result of their last sync',
  response: z.strictObject({ sources: z.array(BillSource).describe('Sources by name') }),
  errors: [],
});

export const getSourceDocument = endpoint({
  method: 'GET',
  path: '/api/v1/bill/sources/:source/document',
  scope: 'finops.read',
  summary: 'Get the specification of a bill source, to change it; secrets are references',
  params: z.strictObject({ source: z.string().min(1).max(63).describe('Name of the source') }),
  response: z.strictObject({
    source: z.string().describe('Name of the source'),
    spec: BillSourceSpec.describe('Specification, as `kind: BillSource` has it'),
  }),
  errors: ['bill_source_not_found'],
});

export const startSyncs = endpoint({
  method: 'POST',
  path: '/api/v1/bill/syncs',
  scope: 'finops.write',
  summary: 'Sync one source or all; returns the active sync of a source instead of starting another',
  body: z.strictObject({
    source: z.string().min(1).max(63).optional().describe('Name of the source; all of them when left out'),
  }),
  response: z.strictObject({
    syncs: z
      .array(z.strictObject({ sync: SyncId, source: z.string().describe('Name of the source') }))
      .describe('The syncs that are on their way'),
  }),
  errors: ['bill_source_not_found'],
});

export const getSync = endpoint({
  method: 'GET',
  path: '/api/v1/bill/syncs/:sync',
  scope: 'finops.read',
  summary: 'Get the progress or the result of a sync',
  params: z.strictObject({ sync: SyncId }),
  response: Sync,
  errors: ['bill_sync_not_found'],
});
