import type { Sql, Store } from '../../platform/store/index.ts';
import type { EndpointChanges, ServedVariants, Serving } from '../serving/index.ts';
import { type ArmSpan, type ArmSpanQuestion, readArmSpans } from './metrics/arm-spans.ts';
import type { MetricRecorder } from './metrics/recorder.ts';
import { listStageTallies, type StageCounts } from './metrics/stages.ts';
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

/** Requests of a route to one of its variants in one minute or hour, on one server: sums over rows are those of all servers. */
export interface StageSpan extends StageCounts {
  /** Start, Unix milliseconds. */
  readonly at: number;
  readonly route: string;
  readonly variant: string;
  readonly model: string;
  readonly version: string;
}

/** Usage and replica bounds of endpoints, for cost recommendations. */
export interface ServingUse extends ServedVariants {
  /**
   * Spans of an endpoint that begin in [start, end) Unix ms, by time. Minutes are kept for 8 days, hours for 400. A variant has its direct
   * requests and those of routes; routes, which have no replicas, have no spans.
   */
  spans(endpoint: string, asked: { start: number; end: number; unit: 'minute' | 'hour' }): Promise<VariantSpan[]>;
  /** Counts by variant until now; see {@link readArmSpans}. */
  armSpans(endpoint: string, asked: ArmSpanQuestion): Promise<ArmSpan[]>;
  /** The same in a transaction, without the counts that are not written yet: those of the last seconds. */
  writtenSpans(sql: Sql, endpoint: string, asked: ArmSpanQuestion): Promise<ArmSpan[]>;
  /** Changes of endpoints by other features of this server. */
  readonly changes: EndpointChanges;
  /** The same of the routes of an endpoint: how often each variant of a route was asked, and how often that was not enough. */
  stages(endpoint: string, asked: { start: number; end: number; unit: 'minute' | 'hour' }): Promise<StageSpan[]>;
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
    writtenSpans: readArmSpans,
    async spans(endpoint, { start, end, unit }) {
      // Flush, so that the answer includes all counts until now.
      await metrics.flush();
      const within = { start, end, spanMs: SPANS[unit] };
      const stages = await listStageTallies(store, endpoint, within);
      const routes = new Set(stages.map(({ route }) => route));
      const tallies = await listTalliesIn(store, endpoint, within);
      const spans = tallies
        .filter(({ variant }) => !routes.has(variant))
        .map(({ at, variant, model, version, endings, latency, replicaMs, measuredMs }) => ({
          ...{ at, variant, model, version, replicaMs, measuredMs },
          requests: Object.values(endings).reduce((sum, count) => sum + count, 0),
          busyMs: latency.sum,
        }));
      return addStageLoads(spans, stages);
    },
    async stages(endpoint, { start, end, unit }) {
      await metrics.flush();
      return listStageTallies(store, endpoint, { start, end, spanMs: SPANS[unit] });
    },
  };
}

/** Adds the requests of routes to the spans of the variants that were asked; without such a span they are one without replicas. */
function addStageLoads(spans: readonly VariantSpan[], stages: readonly StageSpan[]): VariantSpan[] {
  const buildKey = ({ at, variant, model, version }: VariantSpan | StageSpan) =>
    JSON.stringify([at, variant, model, version]);
  const loads = new Map<string, VariantSpan>();
  for (const stage of stages) {
    const { at, variant, model, version, asked, busyMs } = stage;
    const { requests, busyMs: before } = loads.get(buildKey(stage)) ?? { requests: 0, busyMs: 0 };
    const sums = { requests: requests + asked, busyMs: before + busyMs };
    loads.set(buildKey(stage), { at, variant, model, version, ...sums, replicaMs: 0, measuredMs: 0 });
  }
  const loaded = spans.map((span) => {
    const load = loads.get(buildKey(span));
    loads.delete(buildKey(span));
    if (load === undefined) return span;
    return { ...span, requests: span.requests + load.requests, busyMs: span.busyMs + load.busyMs };
  });
  return [...loaded, ...loads.values()].toSorted((one, other) => one.at - other.at);
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
  const span = { ...within, spanMs: SPANS.hour };
  const stages = await listStageTallies(sql, endpoint, span);
  const routes = new Set(stages.map(({ route }) => route));
  const tallies = await listTalliesIn(sql, endpoint, span);
  let [busyMs, replicaMs] = [0, 0];
  for (const stage of stages) if (stage.version === version) busyMs += stage.busyMs;
  for (const tally of tallies.filter((one) => one.version === version && !routes.has(one.variant))) {
    busyMs += tally.latency.sum;
    replicaMs += tally.replicaMs;
  }
  return replicaMs === 0 ? null : Math.min(1, busyMs / replicaMs);
}
