import type { LakeRow } from '../../../platform/lake/index.ts';
import { HOUR_MS } from './tables.ts';
import type { Within } from './use-sql.ts';

export interface HourOfGroup {
  readonly nodes: number;
  /** Of them, those that could have been given back. */
  readonly freed: number;
}

interface NodeOfHour {
  readonly source: string;
  readonly node: string;
  readonly hourMs: number;
}

/** To which part nodes can be filled where nobody has tried it. */
const FILLED = 0.8;
const EPSILON = 1e-9;

export interface Asking {
  readonly own: readonly NodeOfHour[];
  /** By node and hour: cpus, memoryBytes, gpus. */
  readonly asked: readonly LakeRow[];
  readonly within: Within;
  /** Nodes that can be given back now. */
  readonly freedNow: number;
  /** CPUs, bytes of memory and GPUs of one node. */
  readonly has: readonly number[];
}

/**
 * What could have been given back in each hour, from what can be now: as many nodes are needed as now at least, and as many as what
 * was asked for then fills to 80 %, or as far as those are filled that are needed now; of CPU, memory or GPUs, whichever needs the most.
 * Example: 10 nodes of 10 CPUs, 4 of them free now; an hour with 8 nodes that asked for 58 CPUs needed 58 / 8 -> 8: 0.
 */
export function freedByHour({ own, asked, within, freedNow, has }: Asking): (HourOfGroup | null)[] {
  const nodes = Map.groupBy(own, ({ hourMs }) => hourMs);
  const sums = askedByHour(own, asked);
  const last = within.end - HOUR_MS;
  const needed = (nodes.get(last)?.length ?? 0) - freedNow;
  const filled = has.map((size, at) =>
    Math.max(FILLED, (sums.get(last)?.[at] ?? 0) / Math.max(EPSILON, size * needed)),
  );
  return Array.from({ length: Math.ceil((within.end - within.start) / HOUR_MS) }, (_, index) => {
    const hour = within.start + index * HOUR_MS;
    const there = nodes.get(hour)?.length;
    const then = sums.get(hour);
    // Nodes of an hour without any pod: they were told of, and pods were not.
    if (there === undefined || then === undefined) return null;
    const neededThen = then.map((sum, at) => (sum === 0 ? 0 : sum / ((has[at] ?? 0) * (filled[at] ?? FILLED))));
    const most = Math.max(needed, ...neededThen.map((count) => Math.ceil(count - EPSILON)));
    return { nodes: there, freed: Math.max(0, Math.min(freedNow, there - most)) };
  });
}

function askedByHour(own: readonly NodeOfHour[], asked: readonly LakeRow[]): Map<number, readonly number[]> {
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
