import type { LakeTable } from '../../platform/lake/index.ts';
import { DAY_MS, HOUR_MS } from '../../platform/units/durations.ts';

/**
 * Hourly usage of a container, as far as it was read. One row for each source, container of a pod, and hour. `cpus`: CPUs in
 * use, a mean over each `stepMs`; all readings of the hour, because percentiles cannot be combined. `memoryMaxBytes`:
 * maximum of its working set. Requests and limits: the last values in the hour; null if none was stated or reported.
 * `hasOtherDevices`: it requests parts of GPUs (MIG) or GPUs of other vendors.
 */
export const CONTAINER_HOUR: LakeTable = {
  name: 'container_hour',
  columns: {
    hourMs: 'BIGINT',
    source: 'VARCHAR',
    namespace: 'VARCHAR',
    pod: 'VARCHAR',
    container: 'VARCHAR',
    workloadKind: 'VARCHAR',
    workload: 'VARCHAR',
    node: 'VARCHAR',
    stepMs: 'BIGINT',
    cpus: 'FLOAT[]',
    firstMs: 'BIGINT',
    lastMs: 'BIGINT',
    memoryReadings: 'BIGINT',
    memoryMaxBytes: 'DOUBLE',
    cpuRequest: 'DOUBLE',
    memoryRequestBytes: 'DOUBLE',
    gpuRequest: 'DOUBLE',
    hasOtherDevices: 'BOOLEAN',
    cpuLimit: 'DOUBLE',
    memoryLimitBytes: 'DOUBLE',
    cfsPeriods: 'DOUBLE',
    throttledPeriods: 'DOUBLE',
    wasEndedForMemory: 'BOOLEAN',
    isAutoscaled: 'BOOLEAN',
    runsAtEnd: 'BOOLEAN',
  },
};

/** Allocatable resources of a node in an hour. Null: not reported. */
export const NODE_HOUR: LakeTable = {
  name: 'node_hour',
  columns: {
    hourMs: 'BIGINT',
    source: 'VARCHAR',
    node: 'VARCHAR',
    cpus: 'DOUBLE',
    memoryBytes: 'DOUBLE',
    gpus: 'DOUBLE',
    pods: 'DOUBLE',
    instanceType: 'VARCHAR',
    region: 'VARCHAR',
    gpuModel: 'VARCHAR',
    isSchedulable: 'BOOLEAN',
  },
};

/** Of both tables: a source's hour, and once its day is over its day. */
export function buildHourPartition(source: string, hourMs: number): string {
  const [day = '', time = ''] = new Date(hourMs).toISOString().split('T');
  return `${source} ${day} ${time.slice(0, 2)}`;
}

/** Time after the end of a day until its hours are joined into one file: the overlapping reads are complete by then. */
const DAY_OPEN_MS = 26 * HOUR_MS;

/** Whether the day of a partition ended long enough ago to be one file. Unix milliseconds. */
export function isOver(partition: string, now: number): boolean {
  return findPartitionEnd(partition) + DAY_OPEN_MS < now;
}

/** End of the day of a partition, Unix milliseconds. */
export function findPartitionEnd(partition: string): number {
  return Date.parse(`${parsePartition(partition).day}T00:00:00Z`) + DAY_MS;
}

/** Parses `gs_a 2026-11-02 10` into its source, its day, and its hour, if any. */
export function parsePartition(name: string): { source: string; day: string; hour: string | null } {
  const [source = '', day = '', hour = null] = name.split(' ');
  return { source, day, hour };
}
