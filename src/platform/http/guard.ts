import type { FastifyContextConfig, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Config } from '../config/index.ts';
import type { Reads, Scope } from '../contract/schema.ts';
import { AppError } from '../errors/index.ts';
import { findUnkeptCharacter } from '../units/index.ts';
import { type Access, type Identity, NOBODY, type WriteRecorder } from './access.ts';
import { checkHostAndOrigin } from './origin.ts';
import { findWayToRead, refuseUnlimited } from './visible.ts';
import { toWriteRecord } from './write-record.ts';

/** A registered route: the source of lists and documents of routes. */
export interface DeclaredRoute {
  readonly method: string;
  readonly url: string;
  readonly scope: Scope;
  readonly reads?: Reads | readonly Reads[];
}

declare module 'fastify' {
  interface FastifyInstance {
    /** Every route there is, in order of registration. */
    readonly declaredRoutes: readonly DeclaredRoute[];
  }
  interface FastifyRequest {
    /** Identity of the caller; set before any code of a route runs. */
    identity: Identity;
    /** Ids that the request names, for the audit trail; the wire sets them where the body holds them. */
    subject: Readonly<Record<string, string>> | null;
    /** Whether the objects that it names must be visible to the caller. */
    isObjectRead: boolean;
  }
}

/** A request by its route. */
export interface RouteRequest {
  readonly method: string;
  readonly route: string | undefined;
  readonly scope: Scope | undefined;
  readonly headers: FastifyRequest['headers'];
}

export interface GuardDeps {
  readonly config: Pick<Config, 'allowedHosts'>;
  readonly access: Access;
  readonly writes: WriteRecorder;
  /** Refuses a permitted request before its body is read, by its route and scope. Left out: none is refused. */
  readonly admitData?: ((request: RouteRequest) => void) | undefined;
  /** Refuses a request that names an object of another team, after it was read. Left out: every such request of a limited caller is refused. */
  readonly checkRead?: ((request: FastifyRequest) => Promise<void>) | undefined;
  /** Refuses a write to an object of another account, after the request was read. Left out: only the scope of the route is checked. */
  readonly checkWrite?: ((request: FastifyRequest) => Promise<void>) | undefined;
}

const HEADERS = {
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  'content-security-policy':
    "default-src 'self'; img-src 'self' data: blob:; style-src 'self' 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'",
};

/** Paths that probes request under any Host name; their responses contain nothing that a hostile page could use. */
const PROBES: ReadonlySet<string> = new Set(['/health', '/version']);

/** Hooks before every route: headers, Host and Origin, authentication and authorization. After the route: the audit record. */
export function guard(app: FastifyInstance, deps: GuardDeps): void {
  const allowedHosts = parseHostNames(deps.config.allowedHosts);
  const declared: DeclaredRoute[] = [];
  app.decorate('declaredRoutes', declared);
  app.decorateRequest('identity');
  app.decorateRequest('subject', null);
  app.decorateRequest('isObjectRead', false);
  app.addHook('onRoute', ({ method, url, config }) => {
    if (config?.scope === undefined) throw new Error(`route ${String(method)} ${url} declares no scope`);
    for (const each of [method].flat()) declared.push({ method: each, url, ...pickDeclared(config, config.scope) });
  });
  app.addHook('onRequest', async (request, reply) => {
    reply.headers({ 'x-request-id': request.id, ...HEADERS });
    if (request.protocol === 'https') reply.header('strict-transport-security', 'max-age=31536000');
    request.identity = NOBODY;
    if (!PROBES.has(request.routeOptions.url ?? '')) checkHostAndOrigin(request, allowedHosts);
    await admitRequest(deps.access, request, reply);
    const { config, url: route } = request.routeOptions;
    const way =
      config?.scope === undefined || config.scope === 'open'
        ? 'none'
        : findWayToRead(request.identity, { ...config, scope: config.scope });
    if (way === null || (way === 'object' && deps.checkRead === undefined)) throw refuseUnlimited(request.identity);
    request.isObjectRead = way === 'object';
    deps.admitData?.({ method: request.method, route, scope: config?.scope, headers: request.headers });
    // Here for every route: those of plugins read their path themselves.
    const unkept = findUnkeptCharacter(request.params);
    if (unkept !== null) throw new AppError('invalid_request', `The path contains ${unkept}.`);
  });
  const { checkWrite, checkRead } = deps;
  if (checkRead !== undefined) {
    app.addHook('preHandler', async (request) => {
      if (request.isObjectRead) await checkRead(request);
    });
  }
  if (checkWrite !== undefined) {
    app.addHook('preHandler', async (request) => {
      const { scope } = request.routeOptions.config ?? {};
      if (scope !== undefined && isTeamWrite(scope)) await checkWrite(request);
    });
  }
  app.addHook('onSend', async (request, reply, payload) => {
    await recordWrite(deps.writes, request, reply.statusCode);
    return payload;
  });
}

function pickDeclared({ reads }: FastifyContextConfig, scope: Scope): Pick<DeclaredRoute, 'scope' | 'reads'> {
  return reads === undefined ? { scope } : { scope, reads };
}

/** Whether writes of this scope are checked by team. Roles with the other write scopes may write for every team. */
function isTeamWrite(scope: Scope): boolean {
  if (scope === 'tradeoff.write' || scope === 'finops.reserve') return true;
  return scope.startsWith('mlops.') && !scope.endsWith('.read');
}

function parseHostNames(list: string): ReadonlySet<string> {
  const names = list.split(',').map((name) => name.trim().toLowerCase());
  return new Set(names.filter((name) => name !== ''));
}

async function admitRequest(access: Access, request: FastifyRequest, reply: FastifyReply): Promise<void> {
  try {
    await access.admit(request, request.routeOptions.config?.scope ?? null);
  } catch (error) {
    if (error instanceof AppError && error.code === 'not_authenticated') {
      // A browser would answer a Basic challenge with its own dialog and cache the typed credentials for every page.
      const scheme = request.headers['sec-fetch-site'] === undefined ? 'Basic' : 'Bearer';
      reply.header('www-authenticate', `${scheme} realm="steelyard"`);
    }
    if (error instanceof AppError && error.code === 'too_many_attempts') {
      reply.header('retry-after', String(error.context.retryAfterSeconds));
    }
    throw error;
  }
}

/**
 * If the audit record cannot be stored, a refusal is still sent, but a success becomes an error. The log then has the
 * missing record.
 */
async function recordWrite(writes: WriteRecorder, request: FastifyRequest, status: number): Promise<void> {
  try {
    const write = toWriteRecord(request, status);
    if (write !== null) await writes.record(write);
  } catch (error) {
    const { method, identity, subject } = request;
    const facts = {
      requestId: request.id,
      actor: identity.name,
      method,
      route: request.routeOptions.url,
      subject,
      status,
    };
    request.log.error({ err: error, ...facts }, 'a write could not be recorded in the audit trail');
    if (status < 400) throw error;
  }
}
