import type { Sql } from '../../../platform/store/index.ts';
import { createDdSketch, type DdSketch } from './dd-sketch.ts';
import { listTalliesIn } from './store.ts';
import { type BusyTime, SPANS } from './tally.ts';

/** Counts of one variant of an endpoint in one minute or hour, of the versions that were asked for and of all servers. */
export interface ArmSpan {
  /** Start, Unix milliseconds. */
  readonly at: number;
  readonly variant: string;
  /** Requests with a known end, less those that the client gave up or that were refused as wrong. */
  readonly requests: number;
  /** Requests that failed or had no answer. */
  readonly errors: number;
  /** Latency of answered requests in milliseconds. */
  readonly latency: DdSketch;
  /** Replica time of requests, with copies for shadows. */
  readonly busy: BusyTime;
  /** Milliseconds times replicas that were ready, idle time included; 0 for a route. */
  readonly replicaMs: number;
  /** Milliseconds in which replicas were counted, added over servers: replicaMs / measuredMs is the number of replicas of one server. */
  readonly measuredMs: number;
}

export interface ArmSpanQuestion {
  /** Unix milliseconds; end exclusive. */
  readonly start: number;
  readonly end: number;
  readonly unit: 'minute' | 'hour';
  /** Only of this version; left out: of all versions. */
  readonly of?: { readonly model: string; readonly version: string };
}

/** Spans of an endpoint's variants that begin in [start, end), by time and variant. Minutes are kept for 8 days, hours for 400. */
export async function readArmSpans(
  sql: Sql,
  endpoint: string,
  { unit, of, ...within }: ArmSpanQuestion,
): Promise<ArmSpan[]> {
  const tallies = await listTalliesIn(sql, endpoint, { ...within, spanMs: SPANS[unit] });
  const wanted = tallies.filter(
    ({ model, version }) => of === undefined || (model === of.model && version === of.version),
  );
  const groups = Map.groupBy(wanted, ({ at, variant }) => JSON.stringify([at, variant]));
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    let [requests, errors] = [0, 0];
    for (const { endings } of group) {
      errors += endings.failed + endings.lost;
      requests += endings.answered + endings.failed + endings.lost;
    }
    const { at, variant } = first;
    return [
      {
        at,
        variant,
        requests,
        errors,
        latency: mergeLatencies(group),
        busy: sumBusy(group),
        replicaMs: group.reduce((sum, one) => sum + one.replicaMs, 0),
        measuredMs: group.reduce((sum, one) => sum + one.measuredMs, 0),
      },
    ];
  });
}

function sumBusy(group: readonly { readonly busy: BusyTime }[]): BusyTime {
  const parts = Map.groupBy(
    group.flatMap(({ busy }) => busy.parts),
    ({ resource, quantity }) => JSON.stringify([resource, quantity]),
  );
  return {
    requests: group.reduce((sum, { busy }) => sum + busy.requests, 0),
    parts: [...parts.values()].flatMap(([first, ...rest]) =>
      first === undefined ? [] : [{ ...first, busyMs: rest.reduce((sum, { busyMs }) => sum + busyMs, first.busyMs) }],
    ),
  };
}

/** Latencies of several spans together. */
export function mergeLatencies(spans: readonly Pick<ArmSpan, 'latency'>[]): DdSketch {
  const merged = createDdSketch();
  for (const { latency } of spans) merged.merge(latency);
  return merged;
}
