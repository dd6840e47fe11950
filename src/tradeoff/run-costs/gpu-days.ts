import { z } from 'zod';
import type { RunGpuDay } from '../../finops/gpu-usage/index.ts';
import type { Sql } from '../../platform/store/index.ts';
import { Money } from '../../platform/units/schema.ts';

interface GpuDayTables {
  run_cost_gpu_day: { day: string; run_id: string; content: string };
}

const Content = z.strictObject({
  costs: z.array(Money),
  reasons: z.array(z.string()),
  priceSources: z.array(z.string()),
  devices: z.array(
    z.strictObject({
      gpu: z.string(),
      host: z.string().nullable(),
      model: z.string().nullable(),
      gpuHours: z.string(),
    }),
  ),
});

const ROWS_A_STATEMENT = 200;

/** Replaces the GPU time of runs on these days; answers the runs that had or have some. */
export async function replaceGpuDays(
  sql: Sql,
  days: readonly string[],
  found: readonly RunGpuDay[],
): Promise<string[]> {
  const db = sql.tables<GpuDayTables>();
  const before = await db
    .selectFrom('run_cost_gpu_day')
    .select('run_id')
    .where('day', 'in', [...days])
    .execute();
  await db
    .deleteFrom('run_cost_gpu_day')
    .where('day', 'in', [...days])
    .execute();
  const rows = found.map(({ day, run, ...content }) => ({ day, run_id: run, content: JSON.stringify(content) }));
  for (let at = 0; at < rows.length; at += ROWS_A_STATEMENT) {
    await db
      .insertInto('run_cost_gpu_day')
      .values(rows.slice(at, at + ROWS_A_STATEMENT))
      .execute();
  }
  return [...new Set([...before, ...rows].map((row) => row.run_id))];
}

/** GPU time of these runs by day, in order of run and day. */
export async function findGpuDays(sql: Sql, runs: readonly string[]): Promise<RunGpuDay[]> {
  if (runs.length === 0) return [];
  const query = sql.tables<GpuDayTables>().selectFrom('run_cost_gpu_day').selectAll();
  const rows = await query
    .where('run_id', 'in', [...runs])
    .orderBy('run_id')
    .orderBy('day')
    .execute();
  return rows.map(({ day, run_id, content }) => ({ day, run: run_id, ...Content.parse(JSON.parse(content)) }));
}
