import { sql as raw } from 'kysely';
import type { TokenUsage } from './schema.ts';

/** Spans by which a record is known to be of the same call as another. Ids are hexadecimal, of 16 digits. */
export interface CallSpans {
  /** 32 hexadecimal digits for a trace from OpenTelemetry. */
  readonly traceId: string;
  /** Of a traced record the parent of its span; of a served one the span that sent the request. */
  readonly parentSpanId: string | null;
  /**
   * Of a traced record its own span, then those of the requests that it sent; empty for a span above others that report usage.
   * null for a served record.
   */
  readonly callSpanIds: readonly string[] | null;
}

export interface RecordedUsage extends TokenUsage {
  readonly call?: CallSpans | null;
}

/** Spans of one call that are looked up. */
const MOST_CALL_SPANS = 8;
const ID_LENGTH = 16;

/** Formats span ids as one column, and parses the id at an index from it (empty after the last). */
export function toCallSpansColumn(ids: readonly string[] | null): string | null {
  return ids === null ? null : ids.slice(0, MOST_CALL_SPANS).join(' ');
}

const callSpanAt = (at: number) =>
  raw`substr(token_usage.call_span_ids, ${raw.lit(at * (ID_LENGTH + 1) + 1)}, ${raw.lit(ID_LENGTH)})`;
const ownSpan = callSpanAt(0);
const callSpans = raw.join(Array.from({ length: MOST_CALL_SPANS }, (_, at) => callSpanAt(at)));

const isSameTokens = (other: string) => {
  const column = (name: string) => raw.ref(`${other}.${name}`);
  return raw`${column('input_tokens')} = token_usage.input_tokens and ${column('output_tokens')} = token_usage.output_tokens`;
};

/** A request of this span, or of one below it for the same model or with the same tokens. */
const sentByCall = raw`select min(served.id) from token_usage as served
  where served.trace_id = token_usage.trace_id and served.call_span_ids is null and served.parent_span_id in (${callSpans})
  and (served.parent_span_id = ${ownSpan} or served.model = token_usage.model or (${isSameTokens('served')}))`;

/** Requests of the parent for the same model with the same tokens. */
const sentByParent = raw`from token_usage as served
  where served.trace_id = token_usage.trace_id and served.call_span_ids is null
  and served.parent_span_id = token_usage.parent_span_id and served.model = token_usage.model and ${isSameTokens('served')}`;

/** Number of traced calls with the same parent, model and token counts, up to and including this one: each needs a separate request. */
const likeCalls = raw`select count(*) from token_usage as other
  where other.trace_id = token_usage.trace_id and other.call_span_ids <> '' and other.id <= token_usage.id
  and other.parent_span_id = token_usage.parent_span_id and other.model = token_usage.model and ${isSameTokens('other')}`;

/**
 * SQL: id of the served record that is the same call as a traced record of `token_usage`; null for every record that counts.
 * The lookup happens when the ledger is read, so that the order in which the two arrive does not matter.
 */
export const sameCallId = raw<string | null>`case
  when token_usage.trace_id is null or token_usage.call_span_ids is null or token_usage.call_span_ids = '' then null
  else coalesce((${sentByCall}),
    case when (select count(*) ${sentByParent}) >= (${likeCalls}) then (select min(served.id) ${sentByParent}) end) end`;
