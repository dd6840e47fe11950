import type { GpuReading } from './reading.ts';
import type { GpuTally } from './tally.ts';

const MEGABYTE = 1e6;

export interface SystemMetric {
  readonly key: string;
  readonly value: number;
  /** Unix milliseconds. */
  readonly timestamp: number;
}

/**
 * Readings under the names of MLflow's system metrics (`system/gpu_0_utilization_percentage`…), and in addition the energy of each GPU
 * since the work began, in joules (`system/gpu_0_energy_joules`). Unknown values are left out.
 */
export function toSystemMetrics(readings: readonly GpuReading[], { gpus }: Pick<GpuTally, 'gpus'>): SystemMetric[] {
  return readings.flatMap(({ at, uuid, index, utilizationRatio, memoryBytes, powerWatts }) => {
    const energy = gpus[uuid];
    const values: readonly (readonly [string, number | null])[] = [
      ['utilization_percentage', utilizationRatio === null ? null : utilizationRatio * 100],
      ['memory_usage_megabytes', memoryBytes === null ? null : memoryBytes / MEGABYTE],
      ['power_usage_watts', powerWatts],
      ['energy_joules', energy === undefined || energy.coveredMs === 0 ? null : energy.joules],
    ];
    return values.flatMap(([name, value]) =>
      value === null ? [] : [{ key: `system/gpu_${index}_${name}`, value, timestamp: at }],
    );
  });
}
