import type { Sql, Store } from '../../platform/store/index.ts';
import type { EndpointChanges, ServedVariants, Serving } from '../serving/index.ts';
import { type ArmSpan, readArmSpans } from './metrics/arm-spans.ts';
import type { MetricRecorder } from './metrics/recorder.ts';
import { listTalliesIn } from './metrics/store.ts';
import { SPANS } from './metrics/tally.ts';

/** Counts of a version of a variant in one minute or hour, over all servers. */
export interface VariantSpan {
  /** Start, Unix milliseconds. */
  readonly at: number;
  readonly variant: string;
  readonly model: string;
  readonly version: string;
  /** Asked for, however they ended. */
  readonly requests: number;
  /** Sum of the latencies of answered requests, in milliseconds. */
  readonly busyMs: number;
  /** Milliseconds times replicas that answered. */
  readonly replicaMs: number;
  /** Milliseconds in which replicas were counted. */
  readonly measuredMs: number;
}

/** Usage and replica bounds of endpoints, for cost recommendations. */
export interface ServingUse extends ServedVariants {
  /** Spans of an endpoint that begin in [start, end) Unix ms, by time. Minutes are kept for 8 days, hours for 400. */
  spans(endpoint: string, asked: { start: number; end: number; unit: 'minute' | 'hour' }): Promise<VariantSpan[]>;
  /** Counts by variant until now; see {@link readArmSpans}. */
  armSpans(endpoint: string, asked: { start: number; end: number; unit: 'minute' | 'hour' }): Promise<ArmSpan[]>;
  /** Changes of endpoints by other features of this server. */
  readonly changes: EndpointChanges;
}

interface UseDeps {
  readonly store: Store;
  readonly metrics: Pick<MetricRecorder, 'flush'>;
  readonly serving: Pick<Serving, 'variants' | 'changes'>;
}

export function createServingUse({ store, metrics, serving }: UseDeps): ServingUse {
  return {
    ...serving.variants,
    changes: serving.changes,
    async armSpans(endpoint, asked) {
      await metrics.flush();
      return readArmSpans(store, endpoint, asked);
    },
    async spans(endpoint, { start, end, unit }) {
      // Flush, so that the answer includes all counts until now.
      await metrics.flush();
      const tallies = await listTalliesIn(store, endpoint, { start, end, spanMs: SPANS[unit] });
      return tallies.map(({ at, variant, model, version, endings, latency, replicaMs, measuredMs }) => ({
        ...{ at, variant, model, version, replicaMs, measuredMs },
        requests: Object.values(endings).reduce((sum, count) => sum + count, 0),
        busyMs: latency.sum,
      }));
    },
  };
}

/**
 * Share of the time of a version's replicas in [start, end) Unix ms that answers took, 0 to 1: an upper bound, since requests overlap.
 * null when no replica was counted.
 */
export async function computeBusyShare(
  sql: Sql,
  { endpoint, version }: { readonly endpoint: string; readonly version: string },
  within: { readonly start: number; readonly end: number },
): Promise<number | null> {
  const tallies = await listTalliesIn(sql, endpoint, { ...within, spanMs: SPANS.hour });
  let [busyMs, replicaMs] = [0, 0];
  for (const tally of tallies.filter((one) => one.version === version)) {
    busyMs += tally.latency.sum;
    replicaMs += tally.replicaMs;
  }
  return replicaMs === 0 ? null : Math.min(1, busyMs / replicaMs);
}
