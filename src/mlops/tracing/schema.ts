import { z } from 'zod';
import { endpoint, NextPageToken, PageQuery } from '../../platform/contract/schema.ts';
import { Money, UtcInstant } from '../../platform/units/schema.ts';

const TraceId = z
  .string()
  .regex(/^[\w-]{1,250}$/, 'letters, digits, - and _')
  .describe('Trace id');
const Texts = z.record(z.string(), z.string());
const Count = z.number().int().min(0);

export const TraceTokens = z
  .strictObject({
    inputTokens: Count.describe('All input tokens, cached ones included'),
    outputTokens: Count.describe('Output tokens'),
    cacheReadTokens: Count.describe('Of the input tokens: read from a cache'),
    cacheWriteTokens: Count.describe('Of the input tokens: written to a cache'),
    cacheWrite1hTokens: Count.describe('Of the input tokens: written to a cache for one hour'),
  })
  .describe('Tokens, none of them counted twice');
export type TraceTokens = z.infer<typeof TraceTokens>;

const reason = z.string().nullable().describe('Why the cost is null, or what it leaves out; null when it is whole');

export const Trace = z
  .strictObject({
    traceId: TraceId,
    experimentId: z.string().describe('Experiment id, a number as text'),
    name: z.string().nullable().describe('Name of the root span or as it was tagged; null without one'),
    state: z.enum(['STATE_UNSPECIFIED', 'OK', 'ERROR', 'IN_PROGRESS']).describe('How it went'),
    startTime: UtcInstant.describe('When it began, by the client’s clock'),
    durationMs: z.number().int().nullable().describe('Milliseconds that it took; null while it is not over'),
    request: z.string().nullable().describe('What was asked, cut to 1,000 characters'),
    response: z.string().nullable().describe('What was answered, cut to 1,000 characters'),
    tokens: TraceTokens.nullable().describe('Tokens of its spans; null when no span reported any'),
    cost: Money.nullable().describe('Metered cost of its tokens; null when it is unknown'),
    costReason: reason,
    tags: Texts.describe('Tags by key'),
    metadata: Texts.describe('Metadata by key'),
  })
  .describe('A trace: what one request to an application did, step by step');

export const TraceSpan = z
  .strictObject({
    spanId: z.string().describe('Id within the trace, hexadecimal'),
    parentSpanId: z.string().nullable().describe('The span that it is part of; null for the root'),
    name: z.string().describe('Name'),
    type: z.string().describe('Kind of step: LLM, CHAT_MODEL, TOOL, RETRIEVER, AGENT…'),
    status: z.enum(['OK', 'ERROR', 'UNSET']).describe('How it went'),
    startTime: UtcInstant.describe('When it began, to the millisecond'),
    durationMicroseconds: z.number().int().nullable().describe('Microseconds that it took; null while it is not over'),
    model: z.string().nullable().describe('Model that it called'),
    provider: z.string().nullable().describe('Who serves the model'),
    tokens: TraceTokens.nullable().describe('Its own tokens, without those of the spans below it; null without usage'),
    cost: Money.nullable().describe('Metered cost of its own tokens; null when it has none or it is unknown'),
    costReason: reason,
    attributes: z.record(z.string(), z.unknown()).describe('Attributes by key'),
  })
  .describe('One step of a trace');

export const listTraces = endpoint({
  method: 'GET',
  path: '/api/v1/traces',
  scope: 'mlops.read',
  summary: 'Traces of experiments with their tokens and cost, newest first',
  query: z.strictObject({
    experimentId: z
      .string()
      .regex(/^\d{1,15}$/, 'a number')
      .describe('Experiment whose traces are wanted'),
    filter: z.string().max(20_000).default('').describe("MLflow's filter: `status = 'OK' AND tags.env = 'prod'`"),
    ...PageQuery,
  }),
  response: z.strictObject({ traces: z.array(Trace).describe('One page of traces'), nextPageToken: NextPageToken }),
  errors: ['search_filter_invalid', 'invalid_page_token'],
});

export const getTrace = endpoint({
  method: 'GET',
  path: '/api/v1/traces/:traceId',
  scope: 'mlops.read',
  summary: 'One trace with its spans, their tokens and their cost',
  params: z.strictObject({ traceId: TraceId }),
  response: z.strictObject({
    ...Trace.shape,
    spans: z
      .array(TraceSpan)
      .describe('Its spans, the root first, then by their start; empty when they are an artifact'),
  }),
  errors: ['trace_not_found'],
});
