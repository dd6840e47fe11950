import type { JournaledRow } from '../../../platform/journal/index.ts';
import { GAP_FACTOR } from '../telemetry/day-sql.ts';
import type { SeriesSubject } from './labels.ts';

/** A holder of a GPU at some instants, or no holder (`pod` and `pid` null). */
export interface HolderInstants {
  readonly subject: Omit<SeriesSubject, 'holder'> & {
    readonly namespace: string | null;
    readonly pod: string | null;
    readonly container: string | null;
    readonly pid: number | null;
  };
  /** Unix milliseconds, in any order. */
  readonly instants: readonly number[];
}

/**
 * Holders of each GPU, as rows of the table of recent readings. Instants at most 1.5 intervals apart are one stretch, which
 * lasts up to an interval after the last one. A GPU is free at an instant without a series that names a holder.
 */
export function buildHolderRows(
  held: readonly HolderInstants[],
  { source, intervalMs }: { readonly source: string; readonly intervalMs: number },
): JournaledRow[] {
  const byGpu = Map.groupBy(held, ({ subject }) => subject.gpu);
  return [...byGpu.values()].flatMap((own) => {
    const taken = new Set(own.flatMap(({ subject, instants }) => (isSomebody(subject) ? instants : [])));
    const byHolder = Map.groupBy(own, ({ subject: { namespace, pod, container, pid } }) =>
      JSON.stringify([namespace, pod, container, pid]),
    );
    return [...byHolder.values()].flatMap((same) => {
      const [first] = same;
      if (first === undefined) return [];
      const all = same.flatMap(({ instants }) => instants);
      const instants = isSomebody(first.subject) ? all : all.filter((at) => !taken.has(at));
      const { gpu, host, model, slices, namespace, pod, container, pid } = first.subject;
      return joinInstants(instants, intervalMs).map(([start, end]) => ({
        metric: 'holder',
        gpu,
        sampledAt: new Date(start).toISOString(),
        endsAt: new Date(end).toISOString(),
        intervalMs,
        source,
        host,
        model,
        slices,
        namespace,
        pod,
        container,
        pid,
      }));
    });
  });
}

function isSomebody({ pod, pid }: HolderInstants['subject']): boolean {
  return pod !== null || pid !== null;
}

/** Example: 0, 15, 30, 90 with an interval of 15 -> [0, 45), [90, 105). */
function joinInstants(instants: readonly number[], intervalMs: number): [start: number, end: number][] {
  const stretches: [number, number][] = [];
  let last = Number.NEGATIVE_INFINITY;
  for (const at of new Set(instants.toSorted((a, b) => a - b))) {
    const open = stretches.at(-1);
    if (open !== undefined && at - last <= GAP_FACTOR * intervalMs) open[1] = at + intervalMs;
    else stretches.push([at, at + intervalMs]);
    last = at;
  }
  return stretches;
}
