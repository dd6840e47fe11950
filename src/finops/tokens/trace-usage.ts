import { z } from 'zod';
import { Purpose, type Subject } from '../../org/schema.ts';
import type { StoredEvent } from '../../platform/events/index.ts';
import type { Clock } from '../../platform/units/index.ts';
import { meterTokens } from './metered-tokens.ts';
import type { PriceOf } from './pricing.ts';
import { tokenCounts } from './rates/schema.ts';
import type { RecordedUsage } from './same-call.ts';

const Counts = z.object({
  inputTokens: tokenCounts.inputTokens,
  outputTokens: tokenCounts.outputTokens,
  cacheReadTokens: tokenCounts.cacheReadTokens,
  cacheWriteTokens: tokenCounts.cacheWriteTokens,
  cacheWrite1hTokens: tokenCounts.cacheWrite1hTokens,
});

/** A span with the tokens that are its own. */
export const SpanTokenUse = z.object({
  spanId: z.string(),
  model: z.string().nullable(),
  provider: z.string().nullable(),
  /** Unix milliseconds. */
  at: z.number(),
  tokens: Counts,
});
export type SpanTokenUse = z.infer<typeof SpanTokenUse>;

const CountedSpan = SpanTokenUse.extend({
  /** Null in events of versions without these two fields. */
  parentSpanId: z.string().nullable().default(null),
  /** Its own span and those of the requests that it sent; empty for a span above others that report usage. */
  callSpanIds: z.array(z.string()).default([]),
});

/** Payload of `trace.tokens_counted`: spans of a trace with new or changed token counts. */
const TraceTokensCounted = z.object({
  traceId: z.string(),
  experimentId: z.string(),
  runId: z.string().nullable(),
  tags: z.record(z.string(), z.string()),
  /** Null in events of versions without these fields. */
  user: z.string().nullable().default(null),
  session: z.string().nullable().default(null),
  spans: z.array(CountedSpan),
});

/** Name of the model if no span states one: its tokens are counted, and unpriced. */
export const UNNAMED_MODEL = 'unnamed';

export interface TraceUsage {
  readonly records: readonly RecordedUsage[];
  /** Ids of records to remove, because their tokens belong to other spans. */
  readonly withdrawn: readonly string[];
}

/**
 * The usage records of an event, one per span. The id comes from trace and span, so a repeated delivery is idempotent. A
 * time after our clock is replaced by our clock.
 */
export function buildTraceUsage(event: StoredEvent, clock: Clock): TraceUsage {
  const { traceId, spans, ...about } = TraceTokensCounted.parse(event.payload);
  const subject = buildTraceSubject(about);
  const user = toLabel(about.user);
  const session = toLabel(about.session);
  const used = spans.map((span) => ({ span, usage: `trace:${traceId}:${span.spanId}` }));
  return {
    records: used
      .filter(({ span }) => hasTokens(span))
      .map(({ span, usage }) => ({
        usage,
        subject,
        model: span.model ?? UNNAMED_MODEL,
        ...(span.provider === null ? {} : { provider: span.provider }),
        serviceTier: 'standard',
        at: new Date(Math.min(Math.max(span.at, 0), clock.now())).toISOString(),
        ...span.tokens,
        requests: 1,
        ...(user === null ? {} : { user }),
        ...(session === null ? {} : { session }),
        origin: "a trace's GenAI span",
        call: { traceId: openTelemetryId(traceId), parentSpanId: span.parentSpanId, callSpanIds: span.callSpanIds },
      })),
    withdrawn: used.filter(({ span }) => !hasTokens(span)).map(({ usage }) => usage),
  };
}

/** MLflow adds the prefix `tr-` to the OpenTelemetry id of the trace. */
function openTelemetryId(traceId: string): string {
  return traceId.replace(/^tr-/, '');
}

function toLabel(text: string | null): string | null {
  const label = text?.trim().slice(0, 250) ?? '';
  return label === '' ? null : label;
}

export function hasTokens({ tokens }: Pick<SpanTokenUse, 'tokens'>): boolean {
  return tokens.inputTokens + tokens.outputTokens > 0;
}

type About = Pick<z.infer<typeof TraceTokensCounted>, 'experimentId' | 'runId' | 'tags'>;

const TAG_FIELDS = ['team', 'project', 'model', 'modelVersion', 'endpoint', 'environment'] as const;

function buildTraceSubject({ experimentId, runId, tags }: About): Subject {
  const purpose = Purpose.safeParse(tags['steelyard.purpose']);
  const named = TAG_FIELDS.flatMap((field) => {
    const value = tags[`steelyard.${field}`]?.trim() ?? '';
    return value === '' ? [] : [[field, value.slice(0, 250)]];
  });
  return {
    ...Object.fromEntries(named),
    experiment: experimentId,
    ...(runId === null ? {} : { run: runId }),
    purpose: purpose.success ? purpose.data : 'inference',
  };
}

/** Cost of a span's own tokens. */
export type SpanCost =
  | { readonly cost: { readonly amount: string; readonly currency: string }; readonly reason: null }
  | { readonly cost: null; readonly reason: string };

/** Cost of each span, in their order. A span whose tokens belong to its child spans has no separate cost. */
export function priceSpans(priceOf: PriceOf, spans: readonly SpanTokenUse[]): SpanCost[] {
  return spans.map((span): SpanCost => {
    if (!hasTokens(span)) return { cost: null, reason: 'its tokens are those of the spans below it' };
    if (span.model === null) return { cost: null, reason: 'the span does not name its model' };
    const { model, provider, at } = span;
    const price = priceOf({ model, provider, serviceTier: 'standard', at });
    const { cost, reason } = meterTokens({ ...span.tokens, requests: 1 }, price);
    return cost === null ? { cost, reason: reason ?? 'its price is unknown' } : { cost, reason: null };
  });
}
