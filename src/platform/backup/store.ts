import type { Sql } from '../store/index.ts';
import { BackupRun } from './schema.ts';

interface BackupTables {
  backup_run: { id: string; started_at: string; run: string };
}

export type StoredRun = Omit<BackupRun, 'progress'>;
const StoredRunSchema = BackupRun.omit({ progress: true });

export async function saveRun(sql: Sql, run: StoredRun): Promise<void> {
  const row = { started_at: run.startedAt, run: JSON.stringify(run) };
  await sql
    .tables<BackupTables>()
    .insertInto('backup_run')
    .values({ id: run.run, ...row })
    .onConflict((conflict) => conflict.column('id').doUpdateSet(row))
    .execute();
}

export async function findRun(sql: Sql, id: string): Promise<StoredRun | null> {
  const row = await sql
    .tables<BackupTables>()
    .selectFrom('backup_run')
    .select('run')
    .where('id', '=', id)
    .executeTakeFirst();
  return row === undefined ? null : StoredRunSchema.parse(JSON.parse(row.run));
}

/** Newest first. */
export async function findRuns(sql: Sql, limit: number): Promise<StoredRun[]> {
  const rows = await sql
    .tables<BackupTables>()
    .selectFrom('backup_run')
    .select('run')
    .orderBy('started_at', 'desc')
    .orderBy('id')
    .limit(limit)
    .execute();
  return rows.map(({ run }) => StoredRunSchema.parse(JSON.parse(run)));
}

export async function removeRuns(sql: Sql): Promise<void> {
  await sql.tables<BackupTables>().deleteFrom('backup_run').execute();
}
