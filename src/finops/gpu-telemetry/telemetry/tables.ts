import type { LakeTable } from '../../../platform/lake/index.ts';
import type { GpuMetric } from './schema.ts';

/**
 * A reading of a GPU, or of a pool, at an instant. One row for each metric, GPU and instant, in their order. `value`: a
 * ratio of utilization, bytes of memory, joules of a counter, or GPUs of a pool. `spanMs`: the time that the reading covers,
 * from its instant on: up to the next reading, or one interval if the next reading is more than 1.5 intervals later.
 */
export const GPU_SAMPLE: LakeTable = {
  name: 'gpu_sample',
  columns: {
    gpu: 'VARCHAR',
    sampledAt: 'TIMESTAMP',
    value: 'DOUBLE',
    spanMs: 'BIGINT',
    intervalMs: 'BIGINT',
    import: 'VARCHAR',
  },
};

/**
 * The roll-up of the samples of a day: readings without a gap between them that are all at the level of their metric or below
 * (`low`), or all above it. `spanMs` is the time from `startedAt` to the end of the last; `valueMs` the sum of value x span.
 */
export const GPU_STRETCH: LakeTable = {
  name: 'gpu_stretch',
  columns: {
    gpu: 'VARCHAR',
    import: 'VARCHAR',
    low: 'BOOLEAN',
    startedAt: 'TIMESTAMP',
    lastAt: 'TIMESTAMP',
    spanMs: 'BIGINT',
    samples: 'BIGINT',
    valueMs: 'DOUBLE',
  },
};

/**
 * Upper bound of the idle level: a GPU does nothing, or has no significant memory in use (a CUDA context alone takes some
 * hundred MB), or a pool is empty.
 */
export const LEVELS: Readonly<Record<GpuMetric, number>> = {
  utilization: 0,
  memory: 1024 ** 3,
  energy: 0,
  poolTotal: 0,
  poolUnallocated: 0,
};

/** Of both tables: `utilization 2026-11-01`, and `utilization 2026-11-01 09` of an hour that is not part of its day yet. */
export function buildPartition(metric: GpuMetric, span: string): string {
  return `${metric} ${span}`;
}

/** The partitions of a metric, with days within [from, to) if given. */
export function selectPartitions(
  metric: GpuMetric,
  all: readonly string[],
  { from, to }: { readonly from?: string | undefined; readonly to?: string | undefined } = {},
): string[] {
  return all.filter((name) => {
    const [of, day = ''] = name.split(' ');
    return of === metric && (from === undefined || day >= from) && (to === undefined || day < to);
  });
}
