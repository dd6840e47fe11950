import type { Sql } from '../../platform/store/index.ts';
import type { TrackingTables } from './tables.ts';

/** The GPUs in a run's metrics, and the time between their first and last sample. */
export interface GpuUsage {
  /** Names from the client (`gpu_0`, with a node prefix if there are several nodes), sorted. */
  readonly gpus: readonly string[];
  /** Milliseconds since the Unix epoch. */
  readonly firstSample: number;
  readonly lastSample: number;
}

export async function findGpuUsage(sql: Sql, runId: string): Promise<GpuUsage | null> {
  const query = sql.tables<TrackingTables>().selectFrom('run_gpu_usage').selectAll().where('run_id', '=', runId);
  const row = await query.executeTakeFirst();
  if (row === undefined) return null;
  return { gpus: row.gpus.split(' '), firstSample: row.first_sample, lastSample: row.last_sample };
}

export async function upsertGpuUsage(sql: Sql, runId: string, usage: GpuUsage): Promise<void> {
  const row = {
    gpus: usage.gpus.join(' '),
    first_sample: usage.firstSample,
    last_sample: usage.lastSample,
  };
  await sql
    .tables<TrackingTables>()
    .insertInto('run_gpu_usage')
    .values({ run_id: runId, ...row })
    .onConflict((of) => of.column('run_id').doUpdateSet(row))
    .execute();
}
