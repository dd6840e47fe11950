import { quantile } from './replica-count.ts';

/** What was read of a container at one time. */
export interface ContainerReading {
  /** CPUs in use. */
  readonly cpus: number;
  readonly memoryBytes: number;
}

export interface CpuMemory {
  readonly cpus: number;
  readonly memoryBytes: number;
}

const LEAST_READINGS = 100;
const LEAST_MS = 3 * 3_600_000;
const MEMORY_ROOM = 1.15;
const OOM_ROOM = 1.25;
const FLOOR = { cpus: 0.01, memoryBytes: 100_000_000 } as const;

/**
 * What to ask for (the rules of KRR): CPU at the 95th percentile, memory at its maximum and 15 %, or where it was ended for memory at
 * least that limit and 25 %; never below 10 thousandths of a CPU and 100 MB. Null with fewer than 100 readings or 3 hours.
 * Example: 1,000 readings of 0.2 CPUs, at most 400 MB -> 0.2 CPUs, 460 MB.
 */
export function cpuMemoryFor(
  readings: readonly ContainerReading[],
  spanMs: number,
  endedAtLimitBytes: number | null,
): CpuMemory | null {
  if (readings.length < LEAST_READINGS || spanMs < LEAST_MS) return null;
  const cpus = quantile(
    readings.map((one) => one.cpus).toSorted((a, b) => a - b),
    0.95,
  );
  const peak = readings.reduce((most, { memoryBytes }) => Math.max(most, memoryBytes), 0);
  const wanted = Math.max(peak * MEMORY_ROOM, (endedAtLimitBytes ?? 0) * OOM_ROOM, FLOOR.memoryBytes);
  return { cpus: Math.max(cpus, FLOOR.cpus), memoryBytes: Math.ceil(wanted) };
}
