import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { AppError, readSystemCode } from '../errors/index.ts';
import {
  checkUrl,
  createPinnedLookup,
  DestinationError,
  type DestinationRules,
  resolveAddresses,
} from './destination.ts';

export interface Message {
  readonly url: string;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Outcome of one attempt. The receiver's body is not read, so that no response is disclosed (CVE-2026-64849). */
export interface SendResult {
  readonly delivered: boolean;
  /** null without a response. */
  readonly status: number | null;
  /** One sentence; null when it was delivered. */
  readonly error: string | null;
  /** False when a retry would be refused for the same reason. */
  readonly mayRetry: boolean;
  /** Delay that the receiver requests (Retry-After), in milliseconds; null without one. */
  readonly retryAfterMs: number | null;
}

export type Send = (message: Message, signal: AbortSignal) => Promise<SendResult>;

const TIMEOUT_MS = 30_000;

/** Posts once, to the addresses that were checked and to no other; redirects are not followed. */
export function createSend(rules: DestinationRules, timeoutMs = TIMEOUT_MS): Send {
  return async (message, signal) => {
    try {
      // One limit for all of it: a name server that does not answer holds a try no longer than a receiver does.
      const limit = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
      const url = checkUrl(message.url, rules);
      const addresses = await waitWithin(limit, resolveAddresses(url, rules));
      return toSendResult(await post(url, createPinnedLookup(addresses), message, limit));
    } catch (error) {
      if (signal.aborted) throw error;
      return buildFailure(error, timeoutMs);
    }
  };
}

/** Rejects with the reason of the signal as soon as it is aborted. */
export async function waitWithin<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  signal.throwIfAborted();
  const aborted = Promise.withResolvers<never>();
  const abort = () => aborted.reject(signal.reason);
  signal.addEventListener('abort', abort, { once: true });
  try {
    return await Promise.race([work, aborted.promise]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

interface Answer {
  readonly status: number;
  readonly retryAfter: string | undefined;
}

function post(
  url: URL,
  lookup: ReturnType<typeof createPinnedLookup>,
  message: Message,
  signal: AbortSignal,
): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
  const body = Buffer.from(message.body);
  const headers = { 'content-type': 'application/json', ...message.headers, 'content-length': body.length };
  // A new connection: a pooled one could lead to an address that was checked for another webhook.
  const sending = send(url, { method: 'POST', agent: false, lookup, headers, signal }, (answer) => {
    resolve({ status: answer.statusCode ?? 0, retryAfter: answer.headers['retry-after'] });
    answer.destroy();
  });
  sending.on('error', reject).end(body);
  return promise;
}

function toSendResult({ status, retryAfter }: Answer): SendResult {
  if (status >= 200 && status < 300) {
    return { delivered: true, status, error: null, mayRetry: false, retryAfterMs: null };
  }
  const redirect = status >= 300 && status < 400 ? '; redirects are not followed' : '';
  const mayRetry = status === 429 || status >= 500;
  const error = `The receiver answered ${status}${redirect}.`;
  return { delivered: false, status, error, mayRetry, retryAfterMs: parseSecondsToMs(retryAfter) };
}

/** `Retry-After` in seconds; its other form, a date, is left alone. */
function parseSecondsToMs(header: string | undefined): number | null {
  return header !== undefined && /^\d{1,6}$/.test(header) ? Number(header) * 1000 : null;
}

function buildFailure(error: unknown, timeoutMs: number): SendResult {
  const refused = error instanceof AppError;
  return {
    delivered: false,
    status: null,
    error: describeSendError(error, timeoutMs),
    mayRetry: !refused,
    retryAfterMs: null,
  };
}

function describeSendError(error: unknown, timeoutMs: number): string {
  if (error instanceof AppError || error instanceof DestinationError) return error.message;
  if (isTimeout(error) || (error instanceof Error && isTimeout(error.cause))) {
    return `The receiver did not answer in ${timeoutMs / 1000} s.`;
  }
  return `The receiver could not be reached (${readSystemCode(error) ?? 'failed'}).`;
}

function isTimeout(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'TimeoutError';
}
