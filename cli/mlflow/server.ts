import { Readable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import type { z } from 'zod';
import type { ErrorCode } from '../../src/platform/errors/table.ts';
import type { Client } from '../connection/client.ts';
import { CommandError, systemCode } from '../frame/failure.ts';
import type { Io } from '../io.ts';
import { Refusal } from './messages.ts';

/** The REST side of another MLflow server. */
export interface MlflowServer {
  /** Address without credentials, without a slash at the end. */
  readonly url: string;
  /** `path` under `/api/2.0/mlflow/`, or from the root when it begins with a slash. */
  get<T extends z.ZodType>(path: string, query: Readonly<Record<string, string>>, answer: T): Promise<z.output<T>>;
  post<T extends z.ZodType>(path: string, message: object, answer: T): Promise<z.output<T>>;
  patch<T extends z.ZodType>(path: string, message: object, answer: T): Promise<z.output<T>>;
  /** The answer as it was written. */
  text(path: string, query: Readonly<Record<string, string>>): Promise<string>;
  /** A JSON body that is ready, to a route from the server's root. */
  send(path: string, body: string, headers: Readonly<Record<string, string>>): Promise<void>;
  /** A file by its route from the server's root (`/get-artifact`). */
  download(path: string, query: Readonly<Record<string, string>>): Promise<Readable>;
  upload(path: string, content: Readable, sizeBytes: number): Promise<void>;
}

/** A refusal by the other server; `errorCode` is MLflow's. */
export class MlflowRefusal extends CommandError {
  readonly errorCode: string;
  readonly status: number;

  constructor(errorCode: string, status: number, message: string) {
    const { code, hint } = refusals[status] ?? OTHER_REFUSAL;
    super(code, message, { errorCode }, { hint });
    this.name = 'MlflowRefusal';
    this.errorCode = errorCode;
    this.status = status;
  }
}

const CREDENTIALS_HINT = 'Set MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD, or MLFLOW_TRACKING_TOKEN.';
const ADDRESS_HINT = 'It is the address that its clients have in MLFLOW_TRACKING_URI.';
const OTHER_REFUSAL = { code: 'server_answer_invalid', hint: ADDRESS_HINT } as const;

/**
 * Error code and hint of a refusal by its HTTP status, where the caller does not handle it by leaving an entity out.
 */
const refusals: Readonly<Record<number, { readonly code: ErrorCode; readonly hint: string }>> = {
  401: { code: 'not_authenticated', hint: CREDENTIALS_HINT },
  403: { code: 'not_permitted', hint: CREDENTIALS_HINT },
};

/** Pauses between retries; the last failure is reported. */
const PAUSES_MS = [250, 1000, 4000];
const ANSWER_TIMEOUT_MS = 120_000;
const TRIED_AGAIN = new Set([408, 429, 502, 503, 504]);

interface Sent {
  readonly method: string;
  readonly path: string;
  readonly body?: string;
}

/**
 * Connects to `address`; credentials come from it (`https://user:password@host`) or from MLflow's own variables
 * MLFLOW_TRACKING_USERNAME, MLFLOW_TRACKING_PASSWORD and MLFLOW_TRACKING_TOKEN. Error: `usage` when it is no address.
 */
export function connectMlflow(address: string, environment: Io['environment']): MlflowServer {
  const url = parseAddress(address);
  const authorization = readAuthorization(url, environment);
  url.username = '';
  url.password = '';
  return mlflowServer(url.toString().replace(/\/+$/, ''), authorization);
}

/** Error: `usage` when the other server is this server itself. */
export function refuseItself(other: MlflowServer, { url }: Pick<Client, 'url'>): void {
  if (toBaseUrl(other.url) !== toBaseUrl(url)) return;
  throw new CommandError('usage', `${other.url} is this Steelyard server itself; name another MLflow server.`);
}

/** Host and port; all names of loopback are equal. */
function toBaseUrl(address: string): string {
  const { protocol, hostname, port } = new URL(address);
  const host = /^(localhost|127\.0\.0\.1|\[::1\])$/.test(hostname) ? 'localhost' : hostname;
  return `${host}:${port || (protocol === 'https:' ? '443' : '80')}`;
}

/** MLflow API of this Steelyard server, with the address and credentials of the command. */
export function createOwnServer({ url, authorization }: Pick<Client, 'url' | 'authorization'>): MlflowServer {
  return mlflowServer(url, authorization === null ? {} : { authorization });
}

function mlflowServer(base: string, authorization: Record<string, string>): MlflowServer {
  const json = async <T extends z.ZodType>(sent: Sent, answer: T): Promise<z.output<T>> => {
    const response = await ask(base, authorization, sent);
    return readAnswer(base, sent.path, await response.text(), answer);
  };
  return {
    url: base,
    get: (path, query, answer) =>
      json({ method: 'GET', path: `${toRoute(path)}?${new URLSearchParams(query)}` }, answer),
    post: (path, message, answer) =>
      json({ method: 'POST', path: toRoute(path), body: JSON.stringify(message) }, answer),
    patch: (path, message, answer) =>
      json({ method: 'PATCH', path: toRoute(path), body: JSON.stringify(message) }, answer),
    async text(path, query) {
      const sent = { method: 'GET', path: `${toRoute(path)}?${new URLSearchParams(query)}` };
      return (await ask(base, authorization, sent)).text();
    },
    async send(path, body, headers) {
      await ask(base, { ...authorization, ...headers }, { method: 'POST', path, body });
    },
    async download(path, query) {
      const { body } = await ask(base, authorization, { method: 'GET', path: `${path}?${new URLSearchParams(query)}` });
      return body === null ? Readable.from([]) : Readable.fromWeb(body);
    },
    async upload(path, content, sizeBytes) {
      const headers = {
        ...authorization,
        'content-length': String(sizeBytes),
        'content-type': 'application/octet-stream',
      };
      const response = await fetch(base + path, {
        method: 'PUT',
        headers,
        body: Readable.toWeb(content),
        duplex: 'half',
      }).catch((error: unknown) => {
        throw unreachable(base, error);
      });
      if (!response.ok) throw await readRefusal(base, path, response);
    },
  };
}

function toRoute(path: string): string {
  return path.startsWith('/') ? path : `/api/2.0/mlflow/${path}`;
}

function parseAddress(address: string): URL {
  const url = URL.canParse(address) ? new URL(address) : null;
  if (url !== null && /^https?:$/.test(url.protocol)) return url;
  throw new CommandError(
    'usage',
    `"${address}" is no address of an MLflow server; it begins with http:// or https://.`,
  );
}

function readAuthorization(url: URL, environment: Io['environment']): Record<string, string> {
  const name = decodeURIComponent(url.username) || environment.MLFLOW_TRACKING_USERNAME;
  const password = decodeURIComponent(url.password) || environment.MLFLOW_TRACKING_PASSWORD;
  if (name !== undefined && password !== undefined) {
    return { authorization: `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}` };
  }
  const token = environment.MLFLOW_TRACKING_TOKEN;
  return token === undefined || token === '' ? {} : { authorization: `Bearer ${token}` };
}

/** Sends a request with retries; a refusal is not retried. */
async function ask(base: string, authorization: Record<string, string>, sent: Sent): Promise<Response> {
  for (const wait of [...PAUSES_MS, null]) {
    const answer = await once(base, authorization, sent);
    if (answer instanceof Response && answer.ok) return answer;
    const again = answer instanceof Error || TRIED_AGAIN.has(answer.status);
    if (wait === null || !again) throw answer instanceof Error ? answer : await readRefusal(base, sent.path, answer);
    await pause(wait);
  }
  throw new Error('unreachable: the last try always ends');
}

async function once(base: string, authorization: Record<string, string>, sent: Sent): Promise<Response | CommandError> {
  const { method, path, body } = sent;
  try {
    return await fetch(base + path, {
      method,
      headers: { ...authorization, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS),
      ...(body === undefined ? {} : { body }),
    });
  } catch (error) {
    return unreachable(base, error);
  }
}

function unreachable(base: string, error: unknown): CommandError {
  const cause = error instanceof Error ? error.cause : undefined;
  const reason = cause instanceof Error ? cause : error;
  const why = systemCode(reason) ?? systemCode(error) ?? (reason instanceof Error ? reason.message : String(reason));
  const sentence = `No MLflow server answers at ${base} (${why}).`;
  return new CommandError('server_unreachable', sentence, { url: base }, { hint: ADDRESS_HINT });
}

async function readRefusal(base: string, path: string, response: Response): Promise<MlflowRefusal> {
  const text = await response.text();
  const refusal = Refusal.safeParse(parseOrNull(text));
  const route = path.split('?')[0];
  if (refusal.success) {
    const { error_code, message } = refusal.data;
    return new MlflowRefusal(error_code, response.status, `${base}${route} refuses (${error_code}): ${message}`);
  }
  return new MlflowRefusal(
    'ENDPOINT_NOT_FOUND',
    response.status,
    `${base}${route} answers with status ${response.status}.`,
  );
}

function readAnswer<T extends z.ZodType>(base: string, path: string, text: string, answer: T): z.output<T> {
  const parsed = answer.safeParse(text === '' ? {} : parseOrNull(text));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const where = `${base}${path.split('?')[0]}`;
  throw new CommandError(
    'server_answer_invalid',
    `${where} does not answer as an MLflow server does: ${issue?.path.join('.')} ${issue?.message}.`,
  );
}

function parseOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
