import type { Sql } from '../../../platform/store/index.ts';
import { mergeLatencies } from './arm-spans.ts';
import { listTalliesOfModels } from './store.ts';
import { SPANS, type Tally } from './tally.ts';

/** Requests of a model at all endpoints in a window. */
export interface ModelServed {
  readonly requests: number;
  /** Requests that failed or got no answer. */
  readonly errors: number;
  /** Percentiles of the latency in ms, within 1 %; null without answers. */
  readonly p50Ms: number | null;
  readonly p95Ms: number | null;
}

/** Counts of whole hours in [start, end) Unix ms by model; models without a request are left out. */
export async function readServedModels(
  sql: Sql,
  { models, ...within }: { readonly models: readonly string[]; readonly start: number; readonly end: number },
): Promise<ReadonlyMap<string, ModelServed>> {
  const hours = await listTalliesOfModels(sql, models, { spanMs: SPANS.hour, ...within });
  const byModel = Map.groupBy(hours, ({ model }) => model);
  return new Map([...byModel].map(([model, tallies]) => [model, sumTallies(tallies)]));
}

function sumTallies(tallies: readonly Tally[]): ModelServed {
  let [requests, errors] = [0, 0];
  for (const { endings } of tallies) {
    const { answered, refused, throttled, failed, lost } = endings;
    requests += answered + refused + throttled + failed + lost;
    errors += failed + lost;
  }
  const latency = mergeLatencies(tallies);
  return { requests, errors, p50Ms: latency.quantile(0.5), p95Ms: latency.quantile(0.95) };
}
