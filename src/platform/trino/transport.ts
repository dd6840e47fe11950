import { setTimeout as pause } from 'node:timers/promises';
import type { AppError } from '../errors/index.ts';
import { resolveSecret } from '../secrets/index.ts';
import { createRefused, createUnreachable, createUnreadable } from './failures.ts';

export interface TransportOptions {
  /** Address of the coordinator, `https://trino.example.org`. */
  readonly url: string;
  readonly user: string;
  /** Reference to the password; sent over https only. null: no password. */
  readonly password: string | null;
  /** Time in milliseconds for which a request is retried. */
  readonly retryMs: number;
}

export interface TrinoRequest {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** Path with parameters, `/v1/info`. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly signal?: AbortSignal | undefined;
}

/** Statuses of a coordinator or proxy that is busy or restarts. */
const RETRIED: ReadonlySet<number> = new Set([429, 502, 503, 504]);
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 2000;
/** Trino answers a poll within a second. */
const ANSWER_MS = 60_000;
/** Trino ends a page at 128 MB, unless one row is larger. */
const MAX_ANSWER_BYTES = 512 * 1024 * 1024;

/** The text of a response, or why the request can be sent again. */
type Attempt = { readonly text: string } | { readonly failure: AppError };

/**
 * HTTP requests to one coordinator, retried with back-off. All of them can be repeated: a page keeps its address until the next one is
 * requested, and Trino runs a posted statement only after its first page is requested.
 * Errors: `trino_unreachable`, `trino_refused`, `trino_failed`.
 */
export class Transport {
  readonly #options: TransportOptions;

  constructor(options: TransportOptions) {
    this.#options = options;
  }

  get url(): string {
    return this.#options.url;
  }

  async send(request: TrinoRequest): Promise<string> {
    const deadline = performance.now() + this.#options.retryMs;
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
      const attempt = await this.attempt(request);
      if ('text' in attempt) return attempt.text;
      if (performance.now() + pauseMs > deadline) throw attempt.failure;
      await pause(pauseMs, undefined, { signal: request.signal }).catch(() => undefined);
      request.signal?.throwIfAborted();
    }
  }

  /** Sends once. Errors: those that a retry does not change. */
  async attempt(request: TrinoRequest): Promise<Attempt> {
    const { url, user } = this.#options;
    const response = await this.#fetch(request);
    if ('failure' in response) return response;
    const { status, text } = response;
    if (RETRIED.has(status)) return { failure: createUnreachable(url, `it answers with status ${status}`) };
    if (status === 401 || status === 403) throw createRefused(url, status, user);
    if (status < 200 || status > 299)
      throw createUnreadable(url, `status ${status} for ${request.method} ${describePath(request.path)}`);
    return { text };
  }

  async #fetch(request: TrinoRequest): Promise<{ status: number; text: string } | { failure: AppError }> {
    const { method, path, headers = {}, body, signal } = request;
    const { url } = this.#options;
    const timeout = AbortSignal.timeout(ANSWER_MS);
    const sent = { ...headers, ...(await this.#authorize()) };
    signal?.throwIfAborted();
    try {
      const response = await fetch(`${new URL(url).origin}${path}`, {
        ...{ method, headers: sent, redirect: 'manual' },
        signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]),
        ...(body === undefined ? {} : { body }),
      });
      return { status: response.status, text: await readText(response, url) };
    } catch (error) {
      signal?.throwIfAborted();
      if (error instanceof Error && error.name === 'AppError') throw error;
      return { failure: createUnreachable(url, describeCause(error), error) };
    }
  }

  /** The password is resolved for each request, so that a rotated one takes effect. */
  async #authorize(): Promise<Record<string, string>> {
    const { user, password, url } = this.#options;
    if (password === null) return {};
    if (!url.startsWith('https:')) throw new Error('a password is sent over https only');
    const secret = await resolveSecret(password);
    return { authorization: `Basic ${Buffer.from(`${user}:${secret.reveal()}`).toString('base64')}` };
  }
}

/** The slug in the path of a page lets its holder read the result. */
function describePath(path: string): string {
  return path.split('/').slice(0, 4).join('/');
}

async function readText(response: Response, url: string): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength;
    if (size > MAX_ANSWER_BYTES) throw createUnreadable(url, `it exceeds ${MAX_ANSWER_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function describeCause(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  if (!(cause instanceof Error)) return error.message;
  return 'code' in cause && typeof cause.code === 'string' ? cause.code : cause.message;
}
