import { z } from 'zod';
import type { WorkUsage } from '../../compute/index.ts';

/** The part of the engine's statistics that is read. All of it is empty for a container that does not run. */
const Stats = z.object({
  cpu_stats: z.object({ cpu_usage: z.object({ total_usage: z.number() }) }),
  memory_stats: z.object({
    usage: z.number().optional(),
    stats: z.object({ total_inactive_file: z.number().optional(), inactive_file: z.number().optional() }).optional(),
  }),
});

const NANOSECONDS = 1e9;
export const UNKNOWN_USAGE: WorkUsage = { cpuSeconds: null, peakMemoryBytes: null };

/**
 * Usage of a container from one stats answer: CPU seconds since its start, and its present memory without the file
 * pages that the kernel would reclaim immediately (`total_inactive_file` of cgroup v1, `inactive_file` of v2, as
 * `docker stats` counts).
 * Null where the answer lacks the value.
 */
export function parseUsage(stats: unknown): WorkUsage {
  const parsed = Stats.safeParse(stats);
  if (!parsed.success) return UNKNOWN_USAGE;
  const { cpu_stats: cpu, memory_stats: memory } = parsed.data;
  const reclaimable = memory.stats?.total_inactive_file ?? memory.stats?.inactive_file ?? 0;
  return {
    cpuSeconds: cpu.cpu_usage.total_usage > 0 ? cpu.cpu_usage.total_usage / NANOSECONDS : null,
    peakMemoryBytes: memory.usage === undefined ? null : Math.max(0, memory.usage - reclaimable),
  };
}

/** Maximum of each value over two readings of the same container. */
export function maximizeUsage(one: WorkUsage, other: WorkUsage): WorkUsage {
  return {
    cpuSeconds: maximize(one.cpuSeconds, other.cpuSeconds),
    peakMemoryBytes: maximize(one.peakMemoryBytes, other.peakMemoryBytes),
  };
}

function maximize(one: number | null, other: number | null): number | null {
  if (one === null) return other;
  return other === null ? one : Math.max(one, other);
}
