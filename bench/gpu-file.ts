import { DuckDBInstance } from '@duckdb/node-api';

/** GPUs of the file; each has as many readings, 15 s apart. */
export const GPUS = 1000;
export const GPU_INTERVAL_MS = 15_000;
/** Length of a stretch that is entirely busy or entirely idle. */
const STRETCH_MS = 50 * 60_000;
const IDLE_PERCENT = 40;

export interface GpuFile {
  readonly samples: number;
  readonly gpuHours: number;
}

/** Writes readings of 1,000 GPUs by the time, as a scraper would, as CSV or Parquet; the same every time. */
export async function writeGpuFile(
  path: string,
  samples: number,
  format: 'csv' | 'parquet',
  { from = 1_761_955_200, intervalMs = GPU_INTERVAL_MS }: { readonly from?: number; readonly intervalMs?: number } = {},
): Promise<GpuFile> {
  const each = Math.floor(samples / GPUS);
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  await connection.run('SET threads = 1');
  await connection.run('SELECT setseed(0.4)');
  const idle = `hash(g, s // ${STRETCH_MS / intervalMs}) % 100 < ${IDLE_PERCENT}`;
  await connection.run(`COPY (
    SELECT ${from} + ${intervalMs / 1000} * s AS time, 'GPU-' || md5(g::VARCHAR) AS gpu,
      CASE WHEN ${idle} THEN 0 ELSE 1 + floor(random() * 100) END::INTEGER AS utilization,
      CASE WHEN ${idle} THEN 4 ELSE 1000 * (1 + hash(g) % 79) + floor(random() * 4) END::INTEGER AS memory
    FROM range(${each}) a(s), range(${GPUS}) b(g)) TO '${path}' (FORMAT ${format})`);
  connection.closeSync();
  instance.closeSync();
  return { samples: each * GPUS, gpuHours: (each * GPUS * intervalMs) / 3_600_000 };
}
