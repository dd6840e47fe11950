import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { AppError } from '../errors/index.ts';
import { type JobContext, type Jobs, removeJobsByKind } from '../jobs/index.ts';
import type { Log } from '../telemetry/index.ts';
import { type CreateDeps, createBackup } from './create.ts';
import { openBackupPlace, toSummary } from './layout.ts';
import { BackupRun } from './schema.ts';
import { findRun, findRuns, removeRuns, type StoredRun, saveRun } from './store.ts';

export interface BackupDeps extends Omit<CreateDeps, 'beforeCopy'> {
  readonly log: Log;
  readonly jobs: Pick<Jobs, 'register' | 'enqueue'>;
}

export interface BackupService {
  /** Errors: `backup_store_unsupported`, and those of buckets. */
  start(to: string): Promise<BackupRun>;
  /** Error: `backup_not_found`. */
  find(run: string): Promise<BackupRun>;
  /** The newest runs. */
  list(): Promise<BackupRun[]>;
}

const JOB = 'backup.create';
/** A backup that a server shutdown interrupted is restarted at the next start; files copied so far are kept. */
const TRIES = 3;
const MOST_LISTED = 20;
const Payload = z.strictObject({ run: BackupRun.shape.run });

export function createBackupService(deps: BackupDeps): BackupService {
  const { store, clock, jobs } = deps;
  const progress = new Map<string, NonNullable<BackupRun['progress']>>();
  const toShown = (stored: StoredRun): BackupRun => ({ ...stored, progress: progress.get(stored.run) ?? null });
  jobs.register(JOB, {
    maxAttempts: TRIES,
    handler: async (payload, context) => {
      const { run } = Payload.parse(payload);
      await store.exclusively('backup', async () => {
        try {
          await make(deps, run, context, (now) => progress.set(run, now));
        } finally {
          progress.delete(run);
        }
      });
    },
  });
  return {
    async start(to) {
      // Rejects with the alternative in its message.
      if (store.engine !== 'sqlite') await store.snapshot('');
      // Fails now, before the job starts, if the place is not writable.
      await (await openBackupPlace(to, clock))[Symbol.asyncDispose]();
      const stored: StoredRun = {
        ...{ run: `br_${randomBytes(16).toString('hex')}`, to, state: 'waiting' },
        ...{ startedAt: new Date(clock.now()).toISOString(), endedAt: null },
        ...{ copiedFiles: 0, copiedBytes: 0, summary: null, error: null },
      };
      await store.transaction(async (sql) => {
        await saveRun(sql, stored);
        await jobs.enqueue(sql, { kind: JOB, payload: { run: stored.run } });
      });
      return toShown(stored);
    },
    list: async () => (await findRuns(store, MOST_LISTED)).map(toShown),
    async find(run) {
      const stored = await findRun(store, run);
      if (stored !== null) return toShown(stored);
      throw new AppError('backup_not_found', `There is no backup run ${run}.`, { run });
    },
  };
}

async function make(
  deps: BackupDeps,
  run: string,
  { signal, attempt }: JobContext,
  report: (now: NonNullable<BackupRun['progress']>) => void,
): Promise<void> {
  const { store, clock, log } = deps;
  const asked = await findRun(store, run);
  if (asked === null) return;
  await saveRun(store, { ...asked, state: 'running' });
  const endedAt = () => new Date(clock.now()).toISOString();
  try {
    await using place = await openBackupPlace(asked.to, clock);
    const beforeCopy: CreateDeps['beforeCopy'] = async (snapshot) => {
      await removeJobsByKind(snapshot, JOB);
      await removeRuns(snapshot);
    };
    const progress = (filesDone: number, files: number | null) => report({ filesDone, files });
    const created = await createBackup({ ...deps, beforeCopy }, place, { signal, progress });
    const { manifest, copiedFiles, copiedBytes } = created;
    for (const damage of manifest.damaged) log.error(damage, 'a file was left out of the backup');
    const summary = toSummary(manifest);
    await saveRun(store, { ...asked, state: 'ended', endedAt: endedAt(), copiedFiles, copiedBytes, summary });
  } catch (error) {
    // A server that stops takes it up again when it starts.
    if (signal.aborted || attempt < TRIES) throw error;
    const why = error instanceof Error ? error.message : String(error);
    await saveRun(store, { ...asked, state: 'failed', endedAt: endedAt(), error: why });
    throw error;
  }
}
