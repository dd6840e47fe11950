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
    inputTokens: Count.describe('All input tokens, including cached ones'),
    outputTokens: Count.describe('Output tokens'),
    cacheReadTokens: Count.describe('Input tokens read from a cache'),
    cacheWriteTokens: Count.describe('Input tokens written to a cache'),
    cacheWrite1hTokens: Count.describe('Input tokens written to a cache for one hour'),
  })
  .describe('Tokens, each counted once');
export type TraceTokens = z.infer<typeof TraceTokens>;

const reason = z.string().nullable().describe('Why the cost is null or incomplete; null: the cost is complete');

export const Trace = z
  .strictObject({
    traceId: TraceId,
    experimentId: z.string().describe('Experiment id, a number as text'),
    name: z.string().nullable().describe('Name of the root span or of the tag; null: no name'),
    state: z.enum(['STATE_UNSPECIFIED', 'OK', 'ERROR', 'IN_PROGRESS']).describe('State of the trace'),
    startTime: UtcInstant.describe('Start, by the clock of the client'),
    durationMs: z.number().int().nullable().describe('Duration in milliseconds; null: not ended'),
    request: z.string().nullable().describe('Request, truncated to 1,000 characters'),
    response: z.string().nullable().describe('Response, truncated to 1,000 characters'),
    tokens: TraceTokens.nullable().describe('Tokens of its spans; null: no span reported tokens'),
    cost: Money.nullable().describe('Metered cost of its tokens; null: unknown'),
    costReason: reason,
    tags: Texts.describe('Tags by key'),
    metadata: Texts.describe('Metadata by key'),
  })
  .describe('A trace: the steps of one request to an application');

export const TraceSpan = z
  .strictObject({
    spanId: z.string().describe('Id within the trace, hexadecimal'),
    parentSpanId: z.string().nullable().describe('Parent span; null: this is the root'),
    name: z.string().describe('Name'),
    type: z.string().describe('Type of step: LLM, CHAT_MODEL, TOOL, RETRIEVER, AGENT…'),
    status: z.enum(['OK', 'ERROR', 'UNSET']).describe('Status of the span'),
    startTime: UtcInstant.describe('Start, to the millisecond'),
    durationMicroseconds: z.number().int().nullable().describe('Duration in microseconds; null: not ended'),
    model: z.string().nullable().describe('Model of the call'),
    provider: z.string().nullable().describe('Provider of the model'),
    tokens: TraceTokens.nullable().describe('Tokens of this span, without its child spans; null: no usage'),
    cost: Money.nullable().describe('Metered cost of the tokens of this span; null: no tokens, or unknown'),
    costReason: reason,
    attributes: z.record(z.string(), z.unknown()).describe('Attributes by key'),
  })
  .describe('One step of a trace');

export const listTraces = endpoint({
  method: 'GET',
  path: '/api/v1/traces',
  scope: 'mlops.read',
  reads: 'team',
  summary: 'List traces of experiments with their tokens and cost, newest first',
  query: z.strictObject({
    experimentId: z
      .string()
      .regex(/^\d{1,15}$/, 'a number')
      .describe('Experiment of the traces'),
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
  reads: 'object',
  summary: 'Get one trace with its spans, their tokens and their cost',
  params: z.strictObject({ traceId: TraceId }),
  response: z.strictObject({
    ...Trace.shape,
    spans: z.array(TraceSpan).describe('Spans, the root first, then by their start; empty: the spans are an artifact'),
  }),
  errors: ['trace_not_found'],
});
