import type { Subject } from '../../org/schema.ts';
import type { RecordedUsage } from './same-call.ts';

/** Provider of tokens from endpoints of this server. */
export const SELF_HOSTED = 'self-hosted';

/** Tokens of a request that an endpoint of this server answered. */
export interface ServedUsage {
  /** Id of the prediction. */
  readonly prediction: string;
  readonly subject: Subject;
  /** Model as the request names it. */
  readonly llm: string;
  readonly user: string | null;
  /** Unix milliseconds. */
  readonly at: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly cacheReadTokens: number;
  readonly cacheWriteTokens: number;
  /** Span of the client that sent the request, in hexadecimal; null if unknown. */
  readonly caller: { readonly traceId: string; readonly spanId: string } | null;
}

/**
 * The usage record of a served request. Its id comes from the prediction, so recording it again is idempotent. Its provider
 * excludes it from the catalogue's prices: its cost is that of the replicas of its endpoint, which are metered already.
 */
export function buildServedUsage({
  prediction,
  llm,
  user,
  at,
  subject,
  caller,
  ...counts
}: ServedUsage): RecordedUsage {
  const { inputTokens, outputTokens, cacheReadTokens, cacheWriteTokens } = counts;
  // A count of cached tokens above the input tokens is an error of the response, and is recorded as 0.
  const isCacheValid = cacheReadTokens + cacheWriteTokens <= inputTokens;
  return {
    usage: `served:${subject.endpoint ?? ''}:${toUsageId(prediction)}`,
    subject,
    model: llm,
    provider: SELF_HOSTED,
    serviceTier: 'standard',
    at: new Date(at).toISOString(),
    inputTokens,
    outputTokens,
    cacheReadTokens: isCacheValid ? cacheReadTokens : 0,
    cacheWriteTokens: isCacheValid ? cacheWriteTokens : 0,
    cacheWrite1hTokens: 0,
    requests: 1,
    ...(user === null ? {} : { user }),
    origin: 'an answer of an endpoint',
    call: caller && { traceId: caller.traceId, parentSpanId: caller.spanId, callSpanIds: null },
  };
}

/** An id of a prediction may have characters that one of usage must not have. */
function toUsageId(prediction: string): string {
  return /^[\w.:-]+$/.test(prediction) ? prediction : `x:${Buffer.from(prediction).toString('base64url')}`;
}
