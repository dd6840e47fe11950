import type { Sql } from '../../../platform/store/index.ts';
import { createDdSketch } from './dd-sketch.ts';
import { listTalliesOfAll } from './store.ts';
import { SPANS } from './tally.ts';

/** Requests to one version of one endpoint in a window. */
export interface EndpointRequests {
  readonly endpoint: string;
  readonly model: string;
  readonly version: string;
  readonly requests: number;
  /** Requests that failed or got no answer. */
  readonly errors: number;
  /** Answers with a latency. */
  readonly answers: number;
  /** Latency in ms of a share of the answers, within 1 %; null without answers. */
  quantile(share: number): number | null;
  /** Answers slower than `withinMs`. */
  above(withinMs: number): number;
}

/** Requests to all endpoints in [start, end) Unix ms, by endpoint and version, from spans of minutes or hours. */
export async function readEndpointRequests(
  sql: Sql,
  { start, end, unit }: { readonly start: number; readonly end: number; readonly unit: keyof typeof SPANS },
): Promise<EndpointRequests[]> {
  const tallies = await listTalliesOfAll(sql, { spanMs: SPANS[unit], start, end });
  const groups = Map.groupBy(tallies, ({ endpoint, model, version }) => JSON.stringify([endpoint, model, version]));
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    const { endpoint, model, version } = first;
    const latency = createDdSketch();
    let [requests, errors] = [0, 0];
    for (const { endings, latency: measured } of group) {
      const { answered, refused, throttled, failed, lost } = endings;
      requests += answered + refused + throttled + failed + lost;
      errors += failed + lost;
      latency.merge(measured);
    }
    return [
      {
        ...{ endpoint, model, version, requests, errors, answers: latency.count },
        quantile: (share) => latency.quantile(share),
        above: (withinMs) => latency.above(withinMs),
      },
    ];
  });
}
