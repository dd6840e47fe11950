import { z } from 'zod';
import { AppError, readSystemCode } from '../../../platform/errors/index.ts';
import { resolveSecret } from '../../../platform/secrets/index.ts';
import type { PrometheusSource } from './schema.ts';
import type { Series } from './take.ts';

/** Maximum number of points of one series that Prometheus answers in one query. */
export const MOST_POINTS = 11_000;
/** A larger answer is queried in parts: it is held in memory while it is read. */
const MOST_BYTES = 128 * 1024 * 1024;
const ASK_MS = 60_000;
const MOST_ATTEMPTS = 4;
const CLOSED: ReadonlySet<string> = new Set(['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET']);
/** Lookback of a query, in intervals: after a longer gap a series has no value, instead of a repetition of its last one. */
const LOOKBACK_FACTOR = 1.5;

const Answer = z.object({
  status: z.literal('success'),
  data: z.object({
    resultType: z.literal('matrix'),
    result: z.array(
      z.object({
        metric: z.record(z.string(), z.string()),
        values: z.array(z.tuple([z.number(), z.string()])),
      }),
    ),
  }),
});
const Refusal = z.object({ status: z.literal('error'), errorType: z.string(), error: z.string() });

export interface RangeQuery {
  readonly query: string;
  /** Unix milliseconds; both ends are instants of the query. */
  readonly start: number;
  readonly end: number;
  readonly stepMs: number;
}

/** The source would answer, but the query is too large. */
export class QueryTooLarge extends Error {}

/** Refusals because of too much work: a smaller query succeeds. */
const TOO_MUCH = /too many samples|maximum resolution|timed? ?out|too large|limit/i;

/**
 * Series of a range, queried by POST. Errors: {@link QueryTooLarge}; `gpu_source_unreachable`; `gpu_source_refused`;
 * `secret_unresolved`.
 */
export async function queryRange(
  { url, token }: Pick<PrometheusSource, 'url' | 'token'>,
  { query, start, end, stepMs }: RangeQuery,
  signal: AbortSignal,
): Promise<Series[]> {
  const headers = token === undefined ? {} : { authorization: `Bearer ${(await resolveSecret(token)).reveal()}` };
  const body = new URLSearchParams({
    query,
    start: String(start / 1000),
    end: String(end / 1000),
    step: String(stepMs / 1000),
    lookback_delta: String((LOOKBACK_FACTOR * stepMs) / 1000),
  });
  const { status, text } = await ask(`${url.replace(/\/$/, '')}/api/v1/query_range`, { headers, body }, signal);
  const document = parseJsonText(text);
  const refusal = Refusal.safeParse(document);
  if (status === 504 || (refusal.success && isTooMuch(refusal.data))) throw new QueryTooLarge(text.slice(0, 300));
  if (status !== 200) throw createRefusedError(url, status, refusal.success ? refusal.data.error : text);
  const answer = Answer.safeParse(document);
  if (!answer.success) throw createRefusedError(url, status, 'its response is not the format of Prometheus');
  return answer.data.data.result.map(({ metric, values }) => ({
    labels: metric,
    samples: values.map(([seconds, value]) => [Math.round(seconds * 1000), parseSample(value)] as const),
  }));
}

function isTooMuch({ errorType, error }: z.infer<typeof Refusal>): boolean {
  return errorType === 'timeout' || (errorType !== 'internal' && TOO_MUCH.test(error));
}

/** "NaN", "+Inf" and "-Inf" are texts of Prometheus. */
function parseSample(text: string): number {
  if (text === '+Inf') return Number.POSITIVE_INFINITY;
  return text === '-Inf' ? Number.NEGATIVE_INFINITY : Number(text);
}

function parseJsonText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

async function ask(
  address: string,
  { headers, body }: { readonly headers: Record<string, string>; readonly body: URLSearchParams },
  signal: AbortSignal,
): Promise<{ status: number; text: string }> {
  const timeout = AbortSignal.timeout(ASK_MS);
  try {
    const within = AbortSignal.any([signal, timeout]);
    // The token is sent only to the configured address, so redirects are not followed.
    const request: RequestInit = { method: 'POST', headers, body, signal: within, redirect: 'manual' };
    const answer = await sendOnOpenConnection(address, request);
    return { status: answer.status, text: await readBounded(answer) };
  } catch (error) {
    if (error instanceof QueryTooLarge) throw error;
    if (timeout.aborted) throw new QueryTooLarge(`no answer in ${ASK_MS / 1000} seconds`);
    const cause = error instanceof Error ? (error.cause ?? error) : error;
    const why = cause instanceof Error ? cause.message : String(cause);
    const detail = `${new URL(address).origin} cannot be reached: ${why}. The sync retries every 5 minutes from its watermark.`;
    throw new AppError('gpu_source_unreachable', detail, {}, { cause: error });
  }
}

/**
 * A server may close a kept connection as it is used. A query changes nothing, so it is sent again: on the next kept
 * connection, and at last on a new one.
 */
async function sendOnOpenConnection(address: string, request: RequestInit): Promise<Response> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await fetch(address, request);
    } catch (error) {
      const code = error instanceof Error ? readSystemCode(error.cause) : null;
      if (attempt === MOST_ATTEMPTS || code === null || !CLOSED.has(code)) throw error;
    }
  }
}

async function readBounded(answer: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const chunk of answer.body ?? []) {
    chunks.push(chunk);
    sizeBytes += chunk.length;
    if (sizeBytes > MOST_BYTES) throw new QueryTooLarge(`more than ${MOST_BYTES} bytes`);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function createRefusedError(url: string, status: number, said: string): AppError {
  const origin = new URL(url).origin;
  const why = said.trim().slice(0, 300) || 'nothing';
  const what = status === 401 || status === 403 ? 'does not accept the token' : `answers ${status}`;
  return new AppError('gpu_source_refused', `${origin} ${what}: ${why}. Correct the source and apply it again.`, {});
}
