import { randomUUID } from 'node:crypto';
import type { RequestListener } from 'node:http';
import { finished } from 'node:stream/promises';
import { type FastifyInstance, type FastifyReply, type FastifyRequest, fastify, LogController } from 'fastify';
import type { Config } from '../config/index.ts';
import { splitList } from '../config/schema.ts';
import { DEFAULT_BODY_LIMIT_BYTES } from '../contract/schema.ts';
import { AppError, readSystemCode } from '../errors/index.ts';
import { checkJson } from '../json/index.ts';
import type { Log, Telemetry } from '../telemetry/index.ts';
import type { Access, WriteRecorder } from './access.ts';
import { compressAnswers } from './compress.ts';
import { type GuardDeps, guard } from './guard.ts';
import { createTooLarge, limitStream } from './limit-stream.ts';
import { isLoopback } from './origin.ts';
import { toAppError, toProblemDetails } from './problem.ts';
import type { Plugin, Route } from './route.ts';
import { createTlsListener, type TlsListener } from './tls.ts';

export interface HttpDeps {
  readonly config: Pick<Config, 'allowedHosts' | 'maxUploadBytes'> &
    Partial<Pick<Config, 'trustedProxies' | 'tlsCertFile' | 'tlsKeyFile'>>;
  readonly log: Log;
  readonly telemetry: Telemetry;
  readonly access: Access;
  readonly writes: WriteRecorder;
  readonly checkWrite?: GuardDeps['checkWrite'];
  readonly checkRead?: GuardDeps['checkRead'];
  readonly admitData?: GuardDeps['admitData'];
  /** Throws for a route that this server does not answer; given its pattern, or the path where there is no route. */
  readonly checkRole?: (route: string) => void;
  readonly routes: readonly Route[];
  readonly plugins: readonly Plugin[];
  /** Journals of which lines are missing or set aside, for the header `steelyard-damage` of every answer; null: none. */
  readonly damage?: () => string | null;
  /** Whether clients should open connections to another server; every answer then closes its own. */
  readonly isDraining?: () => boolean;
  /** Keeps files on the disk while responses read them: called with the end of each request that reads costs or decisions. */
  readonly holdFiles?: (answered: () => Promise<void>) => Promise<void>;
  /** Answers a browser that opened an address without a page; left out: as any other client. */
  readonly notFoundPage?: ((request: FastifyRequest, reply: FastifyReply) => FastifyReply) | undefined;
}

/** The HTTP server with everything attached, not yet listening. A route without a scope stops it here. */
export async function createHttp(deps: HttpDeps): Promise<FastifyInstance> {
  const app = fastify({
    loggerInstance: deps.log,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: DEFAULT_BODY_LIMIT_BYTES,
    trustProxy: parseProxies(deps.config.trustedProxies ?? ''),
    genReqId: () => randomUUID(),
    // Those that are idle; `closeHttp` closes the others after a grace.
    forceCloseConnections: 'idle',
    routerOptions: { ignoreDuplicateSlashes: true, maxParamLength: 4096 },
  }) as unknown as FastifyInstance;
  guard(app, deps);
  const { checkRole } = deps;
  if (checkRole !== undefined)
    app.addHook('onRequest', async ({ routeOptions, url }) => checkRole(routeOptions.url ?? url));
  acceptJson(app);
  acceptBytes(app, deps.config.maxUploadBytes);
  reportErrors(app, deps.notFoundPage);
  observe(app, deps.telemetry);
  if (deps.damage !== undefined) reportDamage(app, deps.damage);
  if (deps.isDraining !== undefined) closeWhileDraining(app, deps.isDraining);
  if (deps.holdFiles !== undefined) holdWhileReading(app, deps.holdFiles);
  compressAnswers(app);
  attachTls(app, deps);
  for (const route of deps.routes) route.attach(app);
  for (const plugin of deps.plugins) await app.register(async (scope) => plugin(scope));
  await app.ready();
  return app;
}

declare module 'fastify' {
  interface FastifyInstance {
    /** The listener for other machines where TLS is configured; the plain one then listens on loopback only. */
    readonly tls: TlsListener | null;
  }
}

/** Error: `config_invalid` where the files of the certificate cannot be used. */
function attachTls(
  app: FastifyInstance,
  { config: { tlsCertFile: certFile, tlsKeyFile: keyFile }, log }: HttpDeps,
): void {
  const isOn = certFile !== undefined && keyFile !== undefined;
  const handler: RequestListener = (request, response) => app.routing(request, response);
  const tls = isOn ? createTlsListener({ certFile, keyFile }, log, handler) : null;
  app.decorate('tls', tls);
  app.addHook('preClose', async () => tls?.close(CLOSE_GRACE_MS));
}

/** Ranges whose X-Forwarded-For is believed; false for none. */
function parseProxies(list: string): string[] | false {
  const ranges = splitList(list);
  return ranges.length > 0 && ranges;
}

/** Limits depth and number of values before parsing; each route limits the size. */
function acceptJson(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser('error', 'error');
  app.removeContentTypeParser('application/json');
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    checkJson(body as Buffer);
    return parse(request, body.toString('utf8'), done);
  });
}

/**
 * A body other than JSON reaches its handler as an unread stream, which fails beyond the limit; only endpoints that accept bytes
 * read it. Fastify applies no limit to streams.
 */
function acceptBytes(app: FastifyInstance, maxUploadBytes: number): void {
  // A page of another site can send text/plain without asking the browser's leave; JSON it cannot.
  app.removeContentTypeParser('text/plain');
  app.addContentTypeParser('application/octet-stream', (request, payload, done) => {
    if (Number(request.headers['content-length'] ?? 0) > maxUploadBytes) return done(createTooLarge(maxUploadBytes));
    return done(null, limitStream(payload, maxUploadBytes));
  });
}

/** Answers of unknown addresses; a browser gets the page instead, also to log in first. */
function reportErrors(app: FastifyInstance, notFoundPage: HttpDeps['notFoundPage']): void {
  app.setErrorHandler((error, request, reply) => {
    const known = toAppError(error);
    if (known.meaning.status >= 500)
      request.log.error({ err: known.cause ?? error, requestId: request.id }, known.message);
    if (known.code === 'not_authenticated' && request.is404 && notFoundPage !== undefined && isPageRequest(request)) {
      return notFoundPage(request, reply.status(404));
    }
    const problem = toProblemDetails(known, request.id);
    // Of an answer that failed before its first byte.
    reply.removeHeader('content-encoding');
    const { retryAfterSeconds } = known.context;
    if (typeof retryAfterSeconds === 'number') reply.header('retry-after', String(retryAfterSeconds));
    return reply.status(problem.status).type('application/problem+json; charset=utf-8').send(JSON.stringify(problem));
  });
  app.setNotFoundHandler((request, reply) => {
    reply.status(404);
    if (notFoundPage !== undefined && isPageRequest(request)) return notFoundPage(request, reply);
    const error = new AppError(
      'route_not_found',
      `${request.method} ${request.url.split('?')[0]} does not exist. See /api/docs.`,
    );
    return reply
      .type('application/problem+json; charset=utf-8')
      .send(JSON.stringify(toProblemDetails(error, request.id)));
  });
}

/** Whether a browser navigates to a page; programs accept JSON or anything, and API paths have no pages. */
function isPageRequest({ method, url, headers }: FastifyRequest): boolean {
  const isInterface = /^\/(api|v1|v2|assets|metrics|health)(\/|\?|$)/.test(url);
  return method === 'GET' && !isInterface && /\btext\/html\b/.test(headers.accept ?? '');
}

/** Marks responses from which records may be missing. */
function reportDamage(app: FastifyInstance, damage: () => string | null): void {
  app.addHook('onSend', async (_request, reply) => {
    const text = damage();
    if (text !== null) reply.header('steelyard-damage', text);
  });
}

function closeWhileDraining(app: FastifyInstance, isDraining: () => boolean): void {
  app.addHook('onSend', async (_request, reply) => {
    if (isDraining()) reply.header('connection', 'close');
  });
}

/** Requests of these scopes read files of bills, which a deletion takes off the disk; none of them streams without end. */
const READING: ReadonlySet<string> = new Set(['finops.read', 'tradeoff.read']);

function holdWhileReading(app: FastifyInstance, hold: NonNullable<HttpDeps['holdFiles']>): void {
  app.addHook('preHandler', async (request, reply) => {
    if (!READING.has(request.routeOptions.config.scope ?? '')) return;
    // A client that hangs up ends it as well.
    void hold(() => finished(reply.raw).catch(() => undefined));
  });
}

function observe(app: FastifyInstance, telemetry: Telemetry): void {
  app.addHook('onResponse', async (request, reply) => {
    const labels = {
      method: request.method,
      route: request.routeOptions.url ?? 'none',
      status: String(reply.statusCode),
    };
    telemetry.httpDuration.observe(labels, reply.elapsedTime / 1000);
    request.log.debug(
      {
        requestId: request.id,
        method: request.method,
        url: request.url,
        status: reply.statusCode,
        ms: reply.elapsedTime,
      },
      'request',
    );
  });
}

/** For requests that are answered right now; streams that have no end are cut then. */
const CLOSE_GRACE_MS = 2_000;

/** Stops accepting connections. Closes idle connections immediately, and the others when their response is complete or after the grace period. */
export async function closeHttp(app: FastifyInstance, graceMs = CLOSE_GRACE_MS): Promise<void> {
  const late = setTimeout(() => app.server.closeAllConnections(), graceMs);
  try {
    await app.close();
  } finally {
    clearTimeout(late);
  }
}

/** Port that other machines use; null: it does not listen. */
export function findPort(app: FastifyInstance): number | null {
  if (app.tls !== null) return app.tls.port();
  const address = app.server.address();
  return typeof address === 'object' && address !== null ? address.port : null;
}

/** Starts listening and returns the address to reach it. Errors: `listen_not_allowed`, `port_in_use`. */
export async function listenOn(
  app: FastifyInstance,
  config: Pick<Config, 'host' | 'port'> & Partial<Pick<Config, 'accounts'>>,
): Promise<string> {
  if (config.accounts !== 'on' && !isLoopback(config.host)) {
    throw new AppError(
      'listen_not_allowed',
      `Accounts are not configured, so the server does not listen on ${config.host}. Use 127.0.0.1 or ::1, or set accounts to "on".`,
      { host: config.host },
    );
  }
  try {
    if (app.tls === null) return await app.listen({ host: config.host, port: config.port });
    const port = await app.tls.listen(config.host, config.port);
    await app.listen({ host: '127.0.0.1', port: 0 });
    return `https://${config.host.includes(':') ? `[${config.host}]` : config.host}:${port}`;
  } catch (error) {
    if (readSystemCode(error) !== 'EADDRINUSE') throw error;
    throw new AppError(
      'port_in_use',
      `Port ${config.port} is in use. Set another with --port, or --port 0 for a free one.`,
      {
        port: config.port,
      },
    );
  }
}
