import type { SpanTokens } from '../otlp/index.ts';

export const traceStates = ['STATE_UNSPECIFIED', 'OK', 'ERROR', 'IN_PROGRESS'] as const;
export type TraceState = (typeof traceStates)[number];

/** Times are milliseconds since the Unix epoch unless a name states another unit. */
export interface TracingTables {
  trace: {
    trace_id: string;
    experiment_id: number;
    request_time: number;
    execution_duration: number | null;
    state: TraceState;
    client_request_id: string | null;
    request_preview: string | null;
    response_preview: string | null;
    /** 1 once a client has reported the final state of the trace; later spans no longer change it. */
    finalized: number;
  };
  trace_tag: { trace_id: string; key: string; value: string };
  trace_metadata: { trace_id: string; key: string; value: string };
  /** Runs (`run`) and prompt versions (`prompt`, `name/version`) that a trace belongs to. */
  trace_link: { trace_id: string; kind: 'run' | 'prompt'; target: string };
  span: {
    trace_id: string;
    span_id: string;
    parent_span_id: string | null;
    experiment_id: number;
    name: string;
    type: string;
    status: 'OK' | 'ERROR' | 'UNSET';
    /** Microseconds: nanoseconds do not fit a number. The exact ones are in `content`. */
    start_us: number;
    end_us: number | null;
    /** JSON of the whole span as OTLP names it, ready to be sent. */
    content: string;
    /** Usage that the span reported; null where it reported none. */
    input_tokens: number | null;
    output_tokens: number | null;
    cache_read_tokens: number | null;
    cache_write_tokens: number | null;
    cache_write_1h_tokens: number | null;
    model: string | null;
    provider: string | null;
    /** JSON of the span's own tokens in the last event; null before the first event. */
    counted: string | null;
  };
  assessment: {
    assessment_id: string;
    trace_id: string;
    name: string;
    type: 'feedback' | 'expectation' | 'issue';
    /** JSON of the value, null where there is none. */
    value: string | null;
    /** The value as a number (true is 1), where it is one. */
    numeric_value: number | null;
    valid: number;
    /** JSON of the whole assessment in the protocol's names. */
    content: string;
    create_time: number;
  };
}

export type TraceRow = TracingTables['trace'];
export type SpanRow = TracingTables['span'];
export type AssessmentRow = TracingTables['assessment'];

export function readRowTokens(row: TokenColumns): SpanTokens | null {
  if (row.input_tokens === null) return null;
  return {
    inputTokens: row.input_tokens,
    outputTokens: row.output_tokens ?? 0,
    cacheReadTokens: row.cache_read_tokens ?? 0,
    cacheWriteTokens: row.cache_write_tokens ?? 0,
    cacheWrite1hTokens: row.cache_write_1h_tokens ?? 0,
  };
}

export type TokenColumns = Pick<
  SpanRow,
  'input_tokens' | 'output_tokens' | 'cache_read_tokens' | 'cache_write_tokens' | 'cache_write_1h_tokens'
>;

export function toTokenColumns(tokens: SpanTokens | null): TokenColumns {
  return {
    input_tokens: tokens?.inputTokens ?? null,
    output_tokens: tokens?.outputTokens ?? null,
    cache_read_tokens: tokens?.cacheReadTokens ?? null,
    cache_write_tokens: tokens?.cacheWriteTokens ?? null,
    cache_write_1h_tokens: tokens?.cacheWrite1hTokens ?? null,
  };
}
