import { z } from 'zod';
import { endpoint } from '../contract/schema.ts';
import { ObjectsAddress } from '../objects/schema.ts';
import { UtcInstant } from '../units/schema.ts';

/** Location of backups: a folder by its absolute path, or a bucket. */
export const BackupAddress = z
  .string()
  .max(2000)
  .refine((text) => text.startsWith('/') || ObjectsAddress.safeParse(text).success, {
    error: 'an absolute path, "s3://bucket/prefix?region=…" or "azure-blob://container/prefix?account=…"',
  })
  .describe('Folder of the server (an absolute path) or bucket with the backups');

export const BackupId = z
  .string()
  .regex(/^b_\d{8}T\d{6}Z_[0-9a-f]{8}$/, 'an id such as b_20261128T181500Z_0f3a9c42')
  .describe('Id of a backup: its start (UTC) and a random part');

const Count = z.number().int().min(0);

export const DamagedEntry = z
  .strictObject({
    path: z.string().describe('Path below the data folder'),
    problem: z.string().describe('Reason why it is not in the backup'),
  })
  .describe('A file that was damaged or missing already when the backup was made');

export const BackupSummary = z
  .strictObject({
    backup: BackupId,
    createdAt: UtcInstant.describe('Start of the backup: the store has its state of that time'),
    version: z.string().describe('Version of Steelyard that made the backup'),
    files: Count.describe('Files in the backup'),
    sizeBytes: Count.describe('Bytes of these files'),
    damaged: z
      .array(DamagedEntry)
      .describe('Damaged files that are not in the backup; restore the others and run steelyard verify'),
  })
  .describe('One complete backup');
export type BackupSummary = z.infer<typeof BackupSummary>;

export const BackupRun = z
  .strictObject({
    run: z
      .string()
      .regex(/^br_[0-9a-f]{32}$/)
      .describe('Id of this run'),
    to: BackupAddress,
    state: z.enum(['waiting', 'running', 'ended', 'failed']).describe('failed: no backup was made'),
    startedAt: UtcInstant.describe('Time of the request'),
    endedAt: UtcInstant.nullable().describe('End of the run; null: not ended'),
    progress: z
      .strictObject({
        filesDone: Count.describe('Files that are in the backup'),
        files: Count.nullable().describe('Files of the backup; null while they are not counted'),
      })
      .nullable()
      .describe('Progress; null before the start and after the end'),
    copiedFiles: Count.describe('Files copied; the others exist from an earlier backup'),
    copiedBytes: Count.describe('Bytes of these files'),
    summary: BackupSummary.nullable().describe('Completed backup; null: not complete'),
    error: z.string().nullable().describe('Reason for the failure; null: none'),
  })
  .describe('Run of a backup');
export type BackupRun = z.infer<typeof BackupRun>;

export const startBackup = endpoint({
  method: 'POST',
  path: '/api/v1/backups',
  scope: 'platform.write',
  summary: 'Back up the data folder while the server runs; for administrators',
  body: z.strictObject({ to: BackupAddress }),
  response: BackupRun,
  errors: [
    'not_permitted',
    'backup_store_unsupported',
    'bucket_not_found',
    'bucket_access_denied',
    'bucket_unreachable',
  ],
});

export const listBackupRuns = endpoint({
  method: 'GET',
  path: '/api/v1/backups',
  scope: 'platform.read',
  summary: 'List the last 20 backups that this server was asked for, newest first',
  response: z.strictObject({ runs: z.array(BackupRun).describe('Newest first') }),
  errors: [],
});

export const getBackupRun = endpoint({
  method: 'GET',
  path: '/api/v1/backups/:run',
  scope: 'platform.read',
  summary: 'Get the progress or result of a backup',
  params: z.strictObject({ run: BackupRun.shape.run }),
  response: BackupRun,
  errors: ['backup_not_found'],
});
