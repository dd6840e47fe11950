import type { Headers } from '../../inference/index.ts';

/** Span of a client, as W3C Trace Context names it; both in lower-case hexadecimal. */
export interface CallerSpan {
  /** 32 digits. */
  readonly traceId: string;
  /** 16 digits. */
  readonly spanId: string;
}

/** Version 00 ends after the flags; later versions may continue after another hyphen. */
const TRACEPARENT =
  /^(?!ff)(?<version>[\da-f]{2})-(?<traceId>[\da-f]{32})-(?<spanId>[\da-f]{16})-[\da-f]{2}(?<rest>-.*)?$/;
const ONLY_ZEROS = /^0+$/;

/** The span that sent a request, by its `traceparent`; null without one or where it is invalid, as W3C asks. */
export function readTraceparent({ traceparent }: Headers): CallerSpan | null {
  const groups = typeof traceparent === 'string' ? TRACEPARENT.exec(traceparent.trim())?.groups : undefined;
  const { version, traceId = '', spanId = '', rest } = groups ?? {};
  if (ONLY_ZEROS.test(traceId) || ONLY_ZEROS.test(spanId) || traceId === '') return null;
  return version === '00' && rest !== undefined ? null : { traceId, spanId };
}
