import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import { AppError } from '../errors/index.ts';
import { createQueryFailure, createUnreachable, createUnreadable, QueryError } from './failures.ts';
import { parseLossless } from './lossless-json.ts';
import { Transport } from './transport.ts';

export interface TrinoOptions {
  /** Address of the coordinator, `https://trino.example.org`. */
  readonly url: string;
  readonly user: string;
  /** Reference to the password ("env:NAME" or "file:/path"), for an https address; null: no password. */
  readonly password?: string | null;
  readonly catalog: string;
  /** Time in milliseconds for which a request is retried when Trino does not respond. Default: 10 s. */
  readonly retryMs?: number;
  /** Time in milliseconds that a starting coordinator has. Default: two minutes. */
  readonly startMs?: number;
  /** Receives one sentence about a version that the tests do not cover. */
  readonly warn?: (text: string) => void;
}

export interface TrinoColumn {
  readonly name: string;
  /** Type as Trino writes it, `decimal(38,18)`. */
  readonly type: string;
}

export interface TrinoPage {
  readonly columns: readonly TrinoColumn[];
  /** Values as Trino writes them in JSON, an integer beyond 2^53 as text; `values.ts` converts them. */
  readonly rows: readonly (readonly unknown[])[];
}

export interface QueryOptions {
  /** Aborted: the query is cancelled on the server, and the reason of the signal is thrown. */
  readonly signal?: AbortSignal | undefined;
  readonly schema?: string;
  /** Session properties, `{ join_distribution_type: 'BROADCAST' }`. */
  readonly session?: Readonly<Record<string, string>>;
}

/** The version of the tests, and the oldest that is accepted. */
const TESTED_VERSION = 476;
const OLDEST_VERSION = 470;
const RETRY_MS = 10_000;
const START_MS = 120_000;
const START_PAUSE_MS = 500;
/** Size of a page that Trino aims at; one page is in memory at a time. */
const PAGE_SIZE = '4MB';
/** Time for a cancellation. When it does not arrive, Trino ends the abandoned query after five minutes. */
const CANCEL_MS = 5000;

const Info = z.object({ nodeVersion: z.object({ version: z.string() }), starting: z.boolean().default(false) });
const isRows = (value: unknown): value is unknown[][] =>
  Array.isArray(value) && value.every((row) => Array.isArray(row));
const Answer = z.object({
  id: z.string(),
  nextUri: z.string().optional(),
  columns: z.array(z.object({ name: z.string(), type: z.string() })).nullish(),
  data: z.custom<unknown[][]>(isRows).nullish(),
  error: QueryError.nullish(),
  updateCount: z.union([z.number(), z.string()]).nullish(),
});
type Answer = z.infer<typeof Answer>;

/**
 * Connects to a coordinator: waits while it starts, and checks its version. A version from 470 is accepted; `warn` receives a sentence
 * about one that is not 476, with which the tests run.
 * Errors: `trino_unreachable`, `trino_refused`, `trino_failed` (no Trino answers there), `trino_version_unsupported`.
 */
export async function openTrino(options: TrinoOptions): Promise<TrinoClient> {
  const { url, user, password = null, retryMs = RETRY_MS, startMs = START_MS } = options;
  const transport = new Transport({ url, user, password, retryMs });
  const version = await waitUntilStarted(transport, startMs);
  const number = Number.parseInt(version, 10);
  if (!(number >= OLDEST_VERSION)) {
    const detail = `Trino at ${url} has version ${version}; version ${OLDEST_VERSION} or newer is required. Upgrade it.`;
    throw new AppError('trino_version_unsupported', detail, { url, version, oldest: OLDEST_VERSION });
  }
  if (number !== TESTED_VERSION)
    options.warn?.(`Trino at ${url} has version ${version}; Steelyard is tested with version ${TESTED_VERSION}.`);
  return new TrinoClient(transport, options, version);
}

async function waitUntilStarted(transport: Transport, startMs: number): Promise<string> {
  const deadline = performance.now() + startMs;
  for (;;) {
    const text = await transport.send({ method: 'GET', path: '/v1/info' });
    const info = parseAnswer(Info, text, transport.url);
    if (!info.starting) return info.nodeVersion.version;
    if (performance.now() > deadline) throw createUnreachable(transport.url, 'it is still starting');
    await pause(START_PAUSE_MS);
  }
}

/** Client of one coordinator over Trino's client protocol. It keeps no session: each statement carries its catalog and properties. */
export class TrinoClient {
  /** Version of the coordinator, `476`. */
  readonly version: string;
  readonly #transport: Transport;
  readonly #headers: Readonly<Record<string, string>>;

  /** See `openTrino`. */
  constructor(transport: Transport, { user, catalog }: Pick<TrinoOptions, 'user' | 'catalog'>, version: string) {
    this.version = version;
    this.#transport = transport;
    this.#headers = {
      'x-trino-user': user,
      'x-trino-catalog': catalog,
      'x-trino-source': 'steelyard',
      'x-trino-time-zone': 'UTC',
      // Without it, times come in milliseconds and without the precision of their type.
      'x-trino-client-capabilities': 'PARAMETRIC_DATETIME',
      'content-type': 'text/plain; charset=utf-8',
    };
  }

  /**
   * Pages of a statement. The next page is requested when the caller asks for it, so one page is in memory; Trino ends a query whose next
   * page is not requested for five minutes. A statement that gives columns and no rows yields one page without rows. Leaving the loop
   * early cancels the query.
   * Errors: `trino_unreachable`, `trino_refused`, `trino_failed` (with `errorName` of Trino in its context).
   */
  async *query(sql: string, options: QueryOptions = {}): AsyncGenerator<TrinoPage, void, undefined> {
    let columns: readonly TrinoColumn[] | null = null;
    let isEmpty = true;
    for await (const answer of this.#follow(sql, options)) {
      columns ??= answer.columns ?? null;
      const rows = answer.data ?? [];
      if (columns === null || rows.length === 0) continue;
      isEmpty = false;
      yield { columns, rows };
    }
    if (isEmpty && columns !== null) yield { columns, rows: [] };
  }

  /** Runs a statement to its end; the number of rows that it changed, null where Trino states none. Errors: see `query`. */
  async execute(sql: string, options: QueryOptions = {}): Promise<number | null> {
    let count: number | null = null;
    for await (const { updateCount } of this.#follow(sql, options)) {
      if (updateCount !== null && updateCount !== undefined) count = Number(updateCount);
    }
    return count;
  }

  async *#follow(sql: string, { signal, schema, session }: QueryOptions): AsyncGenerator<Answer, void, undefined> {
    const headers = { ...this.#headers, ...buildSessionHeaders(schema, session) };
    let answer = await this.#ask({ method: 'POST', path: '/v1/statement', headers, body: sql, signal });
    let next = this.#toPath(answer);
    try {
      for (;;) {
        if (answer.error !== null && answer.error !== undefined) throw createQueryFailure(answer.error, answer.id);
        yield answer;
        if (next === null) return;
        answer = await this.#ask({ method: 'GET', path: next, headers, signal });
        next = this.#toPath(answer);
      }
    } finally {
      if (next !== null) await this.#cancel(next, headers);
    }
  }

  async #ask(request: Parameters<Transport['send']>[0]): Promise<Answer> {
    return parseAnswer(Answer, await this.#transport.send(request), this.#transport.url);
  }

  /**
   * Path of the next page. Its host is that of the configured address: behind a proxy that ends TLS, Trino may state another one, and
   * the password is sent to no other host.
   */
  #toPath({ nextUri }: Answer): string | null {
    if (nextUri === undefined) return null;
    const address = URL.parse(nextUri);
    if (address === null) throw createUnreadable(this.#transport.url, 'the address of the next page is invalid');
    address.searchParams.set('targetResultSize', PAGE_SIZE);
    return `${address.pathname}${address.search}`;
  }

  async #cancel(path: string, headers: Readonly<Record<string, string>>): Promise<void> {
    const signal = AbortSignal.timeout(CANCEL_MS);
    // The error that ends the query matters more than a cancellation that does not arrive.
    await this.#transport.attempt({ method: 'DELETE', path, headers, signal }).catch(() => undefined);
  }
}

function buildSessionHeaders(schema?: string, session: Readonly<Record<string, string>> = {}): Record<string, string> {
  const properties = Object.entries(session).map(([name, value]) => `${name}=${encodeURIComponent(value)}`);
  return {
    ...(schema === undefined ? {} : { 'x-trino-schema': schema }),
    ...(properties.length === 0 ? {} : { 'x-trino-session': properties.join(',') }),
  };
}

function parseAnswer<T>(schema: z.ZodType<T>, text: string, url: string): T {
  try {
    return schema.parse(parseLossless(text));
  } catch (cause) {
    throw createUnreadable(url, cause instanceof z.ZodError ? 'a field is missing' : 'it is not JSON', cause);
  }
}
