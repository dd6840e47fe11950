import type { Sql } from '../../platform/store/index.ts';
import { selectSamples } from './metric-store.ts';
import { findSubjectTags } from './run-events.ts';
import type { TrackingTables } from './tables.ts';

/** GPU readings of a running run. */
export interface RunGpuSamples {
  readonly runId: string;
  readonly runName: string;
  /** Tags that name its subject, such as `steelyard.pipelineRun`. */
  readonly tags: Readonly<Record<string, string>>;
  /** Readings by time, for each GPU name of the client. */
  readonly gpus: ReadonlyMap<string, readonly GpuReading[]>;
}

export interface GpuReading {
  /** Unix milliseconds, by the client's clock. */
  readonly at: number;
  /** Share of the time in which anything ran on it, 0 to 1. */
  readonly utilizationRatio: number;
}

const KEY = (gpu: string) => `system/${gpu}_utilization_percentage`;
const MOST_RUNS = 1000;

/** Runs that are not over and whose GPUs were read since then (Unix milliseconds), with the readings since; 1,000 runs at most. */
export async function readRunningGpuSamples(sql: Sql, since: number): Promise<RunGpuSamples[]> {
  const runs = await sql
    .tables<TrackingTables>()
    .selectFrom('run_gpu_usage')
    .innerJoin('run', 'run.run_id', 'run_gpu_usage.run_id')
    .select(['run.run_id', 'run.run_name', 'run_gpu_usage.gpus'])
    .where('run.status', '=', 'RUNNING')
    .where('run.lifecycle_stage', '=', 'active')
    .where('run_gpu_usage.last_sample', '>=', since)
    .orderBy('run.run_id')
    .limit(MOST_RUNS)
    .execute();
  const all: RunGpuSamples[] = [];
  for (const { run_id: runId, run_name: runName, gpus } of runs) {
    all.push({
      ...{ runId, runName },
      tags: await findSubjectTags(sql, runId),
      gpus: await readSamplesByGpu(sql, runId, gpus.split(' '), since),
    });
  }
  return all;
}

async function readSamplesByGpu(sql: Sql, runId: string, gpus: readonly string[], since: number) {
  const rows = await selectSamples(sql, [runId], gpus.map(KEY))
    .where('metric.timestamp', '>=', since)
    .orderBy('metric.timestamp')
    .execute();
  return new Map(
    gpus.map((gpu) => [
      gpu,
      rows.flatMap(({ key, timestamp, value, is_nan }) =>
        key === KEY(gpu) && is_nan === 0 ? [{ at: Number(timestamp), utilizationRatio: value / 100 }] : [],
      ),
    ]),
  );
}
