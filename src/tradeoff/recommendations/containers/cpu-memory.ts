/** Readings of a container over a time, all pods of its workload together. */
export interface ContainerReadings {
  /** Readings of CPU, and of memory: the fewer of both. */
  readonly readings: number;
  /** From the first to the last. */
  readonly spanMs: number;
  /** 95th percentile of the CPUs in use. */
  readonly cpusP95: number;
  /** The most memory in use. */
  readonly memoryMaxBytes: number;
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
/** CPU requests are in thousandths. */
const MILLI = 1000;
/** A sum of fractions is not exact. */
const EPSILON = 1e-6;

/**
 * What to ask for (the rules of KRR): CPU at the 95th percentile, memory at its maximum and 15 %, or where it was ended for memory at
 * least that limit and 25 %; never below 10 thousandths of a CPU and 100 MB. Null with fewer than 100 readings or 3 hours.
 * Example: 1,000 readings of 0.2 CPUs, at most 400 MB -> 0.2 CPUs, 460 MB.
 */
export function computeCpuMemory(
  { readings, spanMs, cpusP95, memoryMaxBytes }: ContainerReadings,
  endedAtLimitBytes: number | null,
): CpuMemory | null {
  if (readings < LEAST_READINGS || spanMs < LEAST_MS) return null;
  const wanted = Math.max(memoryMaxBytes * MEMORY_ROOM, (endedAtLimitBytes ?? 0) * OOM_ROOM, FLOOR.memoryBytes);
  const milli = Math.ceil(cpusP95 * MILLI - EPSILON);
  return { cpus: Math.max(milli / MILLI, FLOOR.cpus), memoryBytes: Math.ceil(wanted - EPSILON) };
}
