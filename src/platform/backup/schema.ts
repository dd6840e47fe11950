import { z } from 'zod';
import { endpoint } from '../contract/schema.ts';
import { ObjectsAddress } from '../objects/schema.ts';
import { UtcInstant } from '../units/schema.ts';

/** Location of backups: a folder by its absolute path, or a bucket. */
export const BackupAddress = z
  .string()
  .max(2000)
  .refine((text) => text.startsWith('/') || /^[A-Za-z]:\\/.test(text) || ObjectsAddress.safeParse(text).success, {
    error: 'an absolute path, "s3://bucket/prefix?region=…" or "azure-blob://container/prefix?account=…"',
  })
  .describe('Folder of the server (an absolute path) or bucket in which backups lie');

export const BackupId = z
  .string()
  .regex(/^b_\d{8}T\d{6}Z_[0-9a-f]{8}$/, 'an id such as b_20261128T181500Z_0f3a9c42')
  .describe('Id of a backup: when it was begun (UTC) and a random part');

const Count = z.number().int().min(0);

export const DamagedEntry = z
  .strictObject({
    path: z.string().describe('Path below the data folder'),
    problem: z.string().describe('Why it is not in the backup'),
  })
  .describe('A file that was damaged or missing already when the backup was made');

export const BackupSummary = z
  .strictObject({
    backup: BackupId,
    createdAt: UtcInstant.describe('When it was begun: the store is as it was then'),
    version: z.string().describe('Version of Steelyard that made it'),
    files: Count.describe('Files that it holds'),
    sizeBytes: Count.describe('Bytes of these files'),
    damaged: z.array(DamagedEntry).describe('What it lacks; restore what is left and run steelyard verify'),
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
    startedAt: UtcInstant.describe('When it was asked for'),
    endedAt: UtcInstant.nullable().describe('When it ended; null while it has not'),
    progress: z
      .strictObject({
        filesDone: Count.describe('Files that are in the place of the backup'),
        files: Count.nullable().describe('Files of the backup; null while they are not counted'),
      })
      .nullable()
      .describe('How far it is; null before it runs and after it ended'),
    copiedFiles: Count.describe('Files that were copied: the others were there from an earlier backup'),
    copiedBytes: Count.describe('Bytes of these files'),
    summary: BackupSummary.nullable().describe('The backup; null while it is not complete'),
    error: z.string().nullable().describe('Why it failed; null when it did not'),
  })
  .describe('The making of a backup');
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

export const getBackupRun = endpoint({
  method: 'GET',
  path: '/api/v1/backups/:run',
  scope: 'platform.read',
  summary: 'How far a backup is, or how it ended',
  params: z.strictObject({ run: BackupRun.shape.run }),
  response: BackupRun,
  errors: ['backup_not_found'],
});
