import type { LakeRow } from '../../platform/lake/index.ts';
import { HOUR_MS } from '../../platform/units/durations.ts';
import type { Within } from './use-sql.ts';

export interface HourOfGroup {
  readonly nodes: number;
  /** GPUs or nodes of these that could have been released. */
  readonly freed: number;
}

interface NodeOfHour {
  readonly source: string;
  readonly node: string;
  readonly hourMs: number;
}

/** Fill level of a node that is assumed feasible without a measurement. */
const FILLED = 0.8;
const EPSILON = 1e-9;

export interface GroupHours {
  readonly own: readonly NodeOfHour[];
  /** By node and hour: cpus, memoryBytes, gpus. */
  readonly asked: readonly LakeRow[];
  readonly within: Within;
  /** Number of nodes that can be removed now. */
  readonly freedNow: number;
  /** CPUs, bytes of memory and GPUs of one node. */
  readonly has: readonly number[];
}

/**
 * Number of nodes that could have been removed in each hour, based on the number that can be removed now. An hour needs at
 * least as many nodes as now. It also needs enough nodes for its requests at a fill level of 80%, or at the present fill
 * level of the needed nodes if that is higher; the largest need among CPU, memory and GPUs counts.
 * Example: 10 nodes of 10 CPUs, 4 of them removable now; an hour with 8 nodes and requests of 58 CPUs needs 58 / 8 -> 8: 0
 * removable.
 */
export function computeFreedByHour({ own, asked, within, freedNow, has }: GroupHours): (HourOfGroup | null)[] {
  const nodes = Map.groupBy(own, ({ hourMs }) => hourMs);
  const sums = sumRequestedByHour(own, asked);
  const last = within.end - HOUR_MS;
  const needed = (nodes.get(last)?.length ?? 0) - freedNow;
  const filled = has.map((size, at) =>
    Math.max(FILLED, (sums.get(last)?.[at] ?? 0) / Math.max(EPSILON, size * needed)),
  );
  return Array.from({ length: Math.ceil((within.end - within.start) / HOUR_MS) }, (_, index) => {
    const hour = within.start + index * HOUR_MS;
    const there = nodes.get(hour)?.length;
    const then = sums.get(hour);
    // Nodes without any pod in an hour: the node data arrived, and the pod data did not.
    if (there === undefined || then === undefined) return null;
    const neededThen = then.map((sum, at) => (sum === 0 ? 0 : sum / ((has[at] ?? 0) * (filled[at] ?? FILLED))));
    const most = Math.max(needed, ...neededThen.map((count) => Math.ceil(count - EPSILON)));
    return { nodes: there, freed: Math.max(0, Math.min(freedNow, there - most)) };
  });
}

function sumRequestedByHour(own: readonly NodeOfHour[], asked: readonly LakeRow[]): Map<number, readonly number[]> {
  const isOwn = new Set(own.map(({ source, node, hourMs }) => `${source} ${node} ${hourMs}`));
  const sums = new Map<number, readonly number[]>();
  for (const row of asked) {
    const hourMs = Number(row.hourMs);
    if (!isOwn.has(`${row.source} ${row.node} ${hourMs}`)) continue;
    const before = sums.get(hourMs) ?? [0, 0, 0];
    const more = [row.cpus, row.memoryBytes, row.gpus].map(Number);
    sums.set(
      hourMs,
      before.map((sum, at) => sum + (more[at] ?? 0)),
    );
  }
  return sums;
}
