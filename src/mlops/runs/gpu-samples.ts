import type { Sql } from '../../platform/store/index.ts';
import { restoreDouble } from '../wire/index.ts';
import { selectSamples } from './metric-store.ts';
import { findGpuUsage } from './usage-store.ts';

/** A system metric of one GPU of a run. */
export interface GpuSample {
  /** Name from the client: `gpu_0`, with a node prefix if there are several nodes. */
  readonly gpu: string;
  readonly metric: 'utilization_percentage' | 'memory_usage_megabytes';
  /** Unix milliseconds, by the client's clock. */
  readonly timestamp: number;
  /** Value in the metric's unit; can be NaN. */
  readonly value: number;
}

const METRICS = ['utilization_percentage', 'memory_usage_megabytes'] as const;

/** GPU utilization and memory that a run logged, from an instant on; empty for a run that logged none. */
export async function readGpuSamples(sql: Sql, runId: string, from: number): Promise<GpuSample[]> {
  const usage = await findGpuUsage(sql, runId);
  if (usage === null) return [];
  const named = new Map<string, Pick<GpuSample, 'gpu' | 'metric'>>(
    usage.gpus.flatMap((gpu) => METRICS.map((metric) => [`system/${gpu}_${metric}`, { gpu, metric }])),
  );
  const rows = await selectSamples(sql, [runId], [...named.keys()])
    .where('metric.timestamp', '>=', from)
    .execute();
  return rows.flatMap((row) => {
    const of = named.get(row.key);
    return of === undefined ? [] : [{ ...of, timestamp: Number(row.timestamp), value: restoreDouble(row) }];
  });
}
