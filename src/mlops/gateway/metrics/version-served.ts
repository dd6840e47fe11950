import type { Sql } from '../../../platform/store/index.ts';
import { createDdSketch } from './dd-sketch.ts';
import { listTalliesOfModel } from './store.ts';
import { SPANS } from './tally.ts';

/** Requests of a version at all endpoints in a window. */
export interface VersionServed {
  readonly requests: number;
  /** Requests that failed or got no answer. */
  readonly errors: number;
  /** Answers with a latency. */
  readonly answers: number;
  /** Answers slower than `withinMs`; 0 without it. */
  readonly slow: number;
  /** 95th percentile of the latency in ms, within 1 %; null without answers. */
  readonly p95Ms: number | null;
}

/** Counts of whole hours in [start, end) Unix ms; null where no endpoint served the version. */
export async function countVersionServed(
  sql: Sql,
  { model, version }: { readonly model: string; readonly version: string },
  { start, end, withinMs }: { readonly start: number; readonly end: number; readonly withinMs: number | null },
): Promise<VersionServed | null> {
  const hours = await listTalliesOfModel(sql, model, { spanMs: SPANS.hour, start, end });
  const own = hours.filter((tally) => tally.version === version);
  if (own.length === 0) return null;
  const latency = createDdSketch();
  let [requests, errors] = [0, 0];
  for (const { endings, latency: measured } of own) {
    const { answered, refused, throttled, failed, lost } = endings;
    requests += answered + refused + throttled + failed + lost;
    errors += failed + lost;
    latency.merge(measured);
  }
  const slow = withinMs === null ? 0 : latency.above(withinMs);
  return { requests, errors, answers: latency.count, slow, p95Ms: latency.quantile(0.95) };
}
