import type { z } from 'zod';
import { AppError } from '../../platform/errors/index.ts';
import { handle, limitWork, type Route } from '../../platform/http/index.ts';
import type { Store } from '../../platform/store/index.ts';
import { readSpanAttributes, sumTokens } from '../otlp/index.ts';
import { formatInstant } from './mlflow-answers.ts';
import { getTrace, listTraces, type Trace, type TraceSpan } from './schema.ts';
import type { Searches } from './searches.ts';
import { findSpanRows, findTokenTrees } from './span-store.ts';
import type { SpanRow } from './tables.ts';
import { type CountedSpan, selectCountedSpans } from './token-counts.ts';
import type { TokenPricing } from './token-pricing.ts';
import { computeTraceCost, type SpanCost } from './trace-cost.ts';
import { findTrace } from './trace-store.ts';
import { metadataKeys, type TraceInfo, tagKeys } from './types.ts';

export interface RoutesDeps {
  readonly store: Store;
  readonly searches: Searches;
  readonly pricing: TokenPricing;
}

export function tracingRoutes(deps: RoutesDeps): Route[] {
  const { store, searches } = deps;
  return [
    handle(listTraces, async ({ query: { experimentId, filter, pageSize, pageToken }, identity }) => {
      const owners = limitWork(identity);
      const search = { experimentIds: [experimentId], filter, orderBy: [], maxResults: pageSize, pageToken, owners };
      const page = await searches.search(search, pageSize);
      const priced = await priceTraces(
        deps,
        page.traces.map((trace) => trace.traceId),
      );
      return {
        traces: page.traces.map((trace) => traceAnswer(trace, priced.get(trace.traceId))),
        nextPageToken: page.nextPageToken,
      };
    }),
    handle(getTrace, async ({ params: { traceId } }) => {
      const trace = await findTrace(store, traceId);
      if (trace === null) throw new AppError('trace_not_found', `There is no trace "${traceId}".`, { traceId });
      const priced = (await priceTraces(deps, [traceId])).get(traceId);
      const rows = (await findSpanRows(store, [traceId])).get(traceId) ?? [];
      return { ...traceAnswer(trace, priced), spans: rows.map((row) => spanAnswer(row, priced)) };
    }),
  ];
}

interface PricedTrace {
  readonly spans: ReadonlyMap<string, CountedSpan & { readonly priced: SpanCost }>;
}

async function priceTraces({ store, pricing }: RoutesDeps, traceIds: readonly string[]) {
  const trees = await findTokenTrees(store, traceIds);
  const counted = [...trees].map(([traceId, tree]) => ({ traceId, spans: selectCountedSpans(tree) }));
  const costs = await pricing.price(
    store,
    counted.flatMap(({ spans }) => spans),
  );
  let at = 0;
  return new Map(
    counted.map(({ traceId, spans }): [string, PricedTrace] => {
      const priced = spans.map((span) => ({ ...span, priced: costs[at++] ?? { cost: null, reason: 'not priced' } }));
      return [traceId, { spans: new Map(priced.map((span) => [span.spanId, span])) }];
    }),
  );
}

function traceAnswer(trace: TraceInfo, priced: PricedTrace | undefined): z.input<typeof Trace> {
  const spans = [...(priced?.spans.values() ?? [])];
  // A span that only sums the tokens of the spans below it has no cost in addition to theirs.
  const paying = spans.filter(({ tokens }) => tokens.inputTokens + tokens.outputTokens > 0);
  const { cost, reason } =
    paying.length > 0 ? computeTraceCost(paying.map((span) => span.priced)) : buildWithoutTokens(trace);
  return {
    traceId: trace.traceId,
    experimentId: String(trace.experimentId),
    name: trace.tags[tagKeys.name] ?? null,
    state: trace.state,
    startTime: formatInstant(trace.requestTime),
    durationMs: trace.executionDuration,
    request: trace.requestPreview,
    response: trace.responsePreview,
    tokens: sumTokens(new Map(spans.map(({ spanId, tokens }) => [spanId, tokens]))),
    cost,
    costReason: reason,
    tags: trace.tags,
    metadata: trace.metadata,
  };
}

/** Clients before 3.4 send their spans as an artifact, which the server does not open. */
function buildWithoutTokens(trace: TraceInfo): { cost: null; reason: string } {
  const isArtifact = trace.metadata[metadataKeys.tokenUsage] !== undefined;
  return {
    cost: null,
    reason: isArtifact
      ? 'its spans are an artifact, so the models behind its tokens are not known'
      : 'no span reported tokens',
  };
}

function spanAnswer(row: SpanRow, priced: PricedTrace | undefined): z.input<typeof TraceSpan> {
  const counted = priced?.spans.get(row.span_id);
  return {
    spanId: row.span_id,
    parentSpanId: row.parent_span_id,
    name: row.name,
    type: row.type,
    status: row.status,
    startTime: formatInstant(Math.floor(row.start_us / 1000)),
    durationMicroseconds: row.end_us === null ? null : row.end_us - row.start_us,
    model: row.model,
    provider: row.provider,
    tokens: counted?.tokens ?? null,
    cost: counted?.priced.cost ?? null,
    costReason: counted === undefined ? 'no tokens were reported' : counted.priced.reason,
    attributes: readSpanAttributes(row.content),
  };
}
