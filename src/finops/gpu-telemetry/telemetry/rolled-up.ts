import type { Lake } from '../../../platform/lake/index.ts';
import type { Sql } from '../../../platform/store/index.ts';
import type { GpuMetric } from './schema.ts';
import { GPU_SAMPLE, GPU_STRETCH, selectPartitions } from './tables.ts';

/** Days of a metric with stretches only: their readings were deleted, and none can be added. */
export async function findRolledUpDays(sql: Sql, lake: Lake, metric: GpuMetric): Promise<ReadonlySet<string>> {
  const read = new Set(selectPartitions(metric, await lake.partitions(sql, GPU_SAMPLE)));
  const stretches = selectPartitions(metric, await lake.partitions(sql, GPU_STRETCH));
  return new Set(stretches.filter((name) => !read.has(name)).map((name) => name.split(' ')[1] ?? ''));
}
