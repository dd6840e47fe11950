import { once } from 'node:events';
import {
  type ClientRequest,
  Agent as HttpAgent,
  request as httpRequest,
  type IncomingMessage,
  type OutgoingHttpHeaders,
} from 'node:http';
import { Agent, request as httpsRequest, type RequestOptions } from 'node:https';
import { json } from 'node:stream/consumers';
import { z } from 'zod';
import { AppError } from '../../platform/errors/index.ts';

/** Request to the API server. */
export interface ClusterRequest {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

export interface ClusterAnswer {
  readonly status: number;
  readonly body: unknown;
}

/** The API server of a cluster. */
export interface Cluster extends Disposable {
  /**
   * Answers 2xx, 404, 409 and 410; all other statuses are thrown. Errors: `executor_unreachable`, `executor_denied`,
   * `executor_quota`, `executor_cannot` (the API server rejects the request).
   */
  call(request: ClusterRequest): Promise<ClusterAnswer>;
  /**
   * Opens a streaming answer (a watch, a log) until the signal aborts. Errors: as `call`; null for `gone` (404, 410).
   */
  follow(path: string, query: Readonly<Record<string, string>>, signal: AbortSignal): Promise<IncomingMessage | null>;
  /** A request with the credentials of this server. The caller writes its body and ends it. */
  open(request: OpenRequest): Promise<ClientRequest>;
}

export interface OpenRequest {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly headers: OutgoingHttpHeaders;
}

const CALL_WITHIN_MS = 30_000;
/** Read by the server at every patch: fields that are named are replaced. */
const MERGE_PATCH = 'application/merge-patch+json';

/** `in-cluster`: the pod's own service account; otherwise the path of a kubeconfig file. */
export async function connect(kubeconfig: string): Promise<Cluster> {
  const config = await load(kubeconfig);
  const server = config.getCurrentCluster()?.server;
  if (server === undefined) {
    throw new AppError('config_invalid', `The kubeconfig ${kubeconfig} has no cluster for its current context.`);
  }
  // The client would make a connection for every request.
  const agents = { 'https:': new Agent({ keepAlive: true }), 'http:': new HttpAgent({ keepAlive: true }) };
  const open = async (url: URL, options: RequestOptions, headers: OutgoingHttpHeaders) => {
    const secure = url.protocol === 'https:';
    // Credentials may be renewed by a program or a file, so they are loaded at every request.
    await config.applyToHTTPSOptions(options);
    const proxied = config.getCurrentCluster()?.proxyUrl !== undefined;
    if (!proxied) options.agent = secure ? agents['https:'] : agents['http:'];
    options.headers = { ...headers, ...options.headers };
    return secure ? httpsRequest(url, options) : httpRequest(url, options);
  };
  const base = server.replace(/\/$/, '');
  const send = async (request: ClusterRequest, signal: AbortSignal) => {
    const url = new URL(base + request.path);
    for (const [name, value] of Object.entries(request.query ?? {})) url.searchParams.set(name, value);
    const body = request.body === undefined ? null : JSON.stringify(request.body);
    const headers = { accept: 'application/json', ...buildBodyHeaders(request, body) };
    return exchange(await open(url, { method: request.method, signal }, headers), body);
  };
  return {
    async call(request) {
      const answer = await callReachable(() => send(request, AbortSignal.timeout(CALL_WITHIN_MS)));
      const body = await callReachable(() => json(answer)).catch((error: unknown) => {
        if ((answer.statusCode ?? 500) < 300) throw error;
        return null;
      });
      const status = answer.statusCode ?? 500;
      if (status < 300 || status === 404 || status === 409 || status === 410) return { status, body };
      throw toRefusal(status, body);
    },
    async follow(path, query, signal) {
      const answer = await callReachable(() => send({ method: 'GET', path, query }, signal));
      if (answer.statusCode === 200) return answer;
      const body = await json(answer).catch(() => null);
      if (answer.statusCode === 404 || answer.statusCode === 410) return null;
      throw toRefusal(answer.statusCode ?? 500, body);
    },
    open: ({ method, path, headers }) => open(new URL(base + path), { method }, headers),
    [Symbol.dispose]() {
      agents['https:'].destroy();
      agents['http:'].destroy();
    },
  };
}

/** The client is large and imported where there is a cluster only. */
async function load(kubeconfig: string) {
  const { KubeConfig } = await import('@kubernetes/client-node');
  const config = new KubeConfig();
  try {
    if (kubeconfig === 'in-cluster') config.loadFromCluster();
    else config.loadFromFile(kubeconfig);
  } catch (cause) {
    throw new AppError('config_invalid', `The kubeconfig ${kubeconfig} cannot be read.`, { kubeconfig }, { cause });
  }
  return config;
}

/** The length is explicit: Node sets no content length for the body of a DELETE. */
function buildBodyHeaders({ method }: ClusterRequest, body: string | null): Record<string, string | number> {
  if (body === null) return {};
  const type = method === 'PATCH' ? MERGE_PATCH : 'application/json';
  return { 'content-type': type, 'content-length': Buffer.byteLength(body) };
}

async function exchange(request: ReturnType<typeof httpRequest>, body: string | null): Promise<IncomingMessage> {
  const answered = once(request, 'response');
  request.end(body ?? undefined);
  const [answer] = await answered;
  return answer;
}

async function callReachable<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (cause) {
    if (cause instanceof AppError) throw cause;
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new AppError('executor_unreachable', `The Kubernetes API server does not respond: ${why}`, {}, { cause });
  }
}

const Status = z.object({ message: z.string(), reason: z.string().optional() });

/** Error for an answer of the API server other than success. */
export function toRefusal(status: number, body: unknown): AppError {
  const parsed = Status.safeParse(body);
  const message = parsed.success ? parsed.data.message : `status ${status}`;
  if (status === 403 && isQuota(message))
    return new AppError('executor_quota', `The Kubernetes quota is exceeded: ${message}`);
  if (status === 401 || status === 403) {
    return new AppError('executor_denied', `Kubernetes denies the server this operation: ${message}`);
  }
  if (status === 429 || status >= 500) {
    return new AppError('executor_unreachable', `The Kubernetes API server is temporarily unavailable: ${message}`);
  }
  return new AppError('executor_cannot', `Kubernetes does not accept the work: ${message}`);
}

/** Message of the quota admission, also in the events of a controller. */
export const isQuota = (message: string): boolean => /exceeded quota|insufficient quota/i.test(message);
