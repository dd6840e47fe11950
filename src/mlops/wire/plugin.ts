import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Method, Reads, Scope } from '../../platform/contract/schema.ts';
import { BATCH_BODY_LIMIT_BYTES, MEDIUM_BODY_LIMIT_BYTES } from '../../platform/contract/schema.ts';
import { type Identity, type Plugin, seesEverything } from '../../platform/http/index.ts';
import { checkJson } from '../../platform/json/index.ts';
import { replyWithMlflowError } from './error-reply.ts';
import { buildInvalidParameter, MlflowError } from './errors.ts';
import type { Fields } from './fields.ts';
import { parseBodyFields, parseQueryFields } from './fields.ts';

/** Paths of the protocol with large messages; MLflow lets a dataset's profile alone have 16 MiB. */
const LIMITS: readonly (readonly [path: RegExp, limitBytes: number])[] = [
  [/^\/mlflow\/runs\/log-inputs$/, BATCH_BODY_LIMIT_BYTES],
  [/^\/mlflow\/runs\/(log-batch|log-model|set-tag)$/, MEDIUM_BODY_LIMIT_BYTES],
  [/^\/mlflow\/(logged-models|traces|registered-models|model-versions)(\/|$)/, MEDIUM_BODY_LIMIT_BYTES],
];

/** The route option for a path that takes more than the default of 1 MiB. */
function findBodyLimit(path: string): { readonly bodyLimit?: number } {
  const found = LIMITS.find(([pattern]) => pattern.test(path));
  return found === undefined ? {} : { bodyLimit: found[1] };
}

/** Writes that a running training sends many times a second: the audit trail counts them by run and minute. */
const COUNTED: ReadonlySet<string> = new Set([
  '/mlflow/runs/log-metric',
  '/mlflow/runs/log-batch',
  '/mlflow/runs/log-parameter',
  '/mlflow/runs/set-tag',
]);

/** Audit mode of the writes of a path; requests about webhooks contain their secret. */
function selectAuditMode(path: string): { readonly audit?: 'counted' | 'bare' } {
  if (COUNTED.has(path)) return { audit: 'counted' };
  return path.startsWith('/mlflow/webhooks') ? { audit: 'bare' } : {};
}

const IDS = [
  'run_id',
  'run_uuid',
  'experiment_id',
  'model_id',
  'name',
  'new_name',
  'version',
  'alias',
  'key',
  'trace_id',
];
/** For a counted write, only its owner is recorded, so that the rows stay few. */
const OWNERS = ['run_id', 'run_uuid'];

/** Ids that a message names, for the audit trail. */
function readSubject(
  fields: Fields,
  params: Readonly<Record<string, string>>,
  counted: boolean,
): Record<string, string> {
  const subject: Record<string, string> = { ...params };
  for (const name of counted ? OWNERS : IDS) {
    const text = readId(fields, name);
    if (text !== null) subject[name] = text.slice(0, 250);
  }
  return subject;
}

function readId(fields: Fields, name: string): string | null {
  if (!fields.has(name)) return null;
  try {
    return fields.text(name) ?? null;
  } catch {
    return null; // a wrong type: the handler refuses it with MLflow's text
  }
}

/** Every endpoint of the protocol lives under each of these; a client takes the one of its age and place. */
export const apiPrefixes = ['/api/2.0', '/api/3.0', '/ajax-api/2.0', '/ajax-api/3.0'] as const;

/**
 * Answer of `GET /version`. Clients use it for one check: from 3.4 on a server accepts spans by OTLP. The contract
 * followed is that of 3.6; later additions that are not served answer 404, as from an older server.
 */
const SPOKEN_VERSION = '3.6.0';

export interface MlflowCall {
  readonly fields: Fields;
  /** Values of the `:name` parts of the path. */
  readonly params: Readonly<Record<string, string>>;
  readonly identity: Identity;
}

/** Refuses a message about an entity of another team. Errors: `not_permitted` for a write, `not_visible`. */
export type CheckMessage = (path: MlflowRoute['path'], call: MlflowCall) => Promise<void>;

export interface MessageChecks {
  readonly write: CheckMessage;
  /** Only for callers who may not read everything. */
  readonly read: CheckMessage;
}

export interface MlflowRoute {
  readonly method: Method;
  /** Path after the prefix: `/mlflow/runs/create`. */
  readonly path: `/mlflow/${string}`;
  readonly scope: Scope;
  /** How it is limited for callers who may not read everything; left out: it is refused to them. Writes are checked by their entity. */
  readonly reads?: Reads;
  /** Also served without the slash after the prefix. */
  readonly slashless?: true;
  /** Answers the JSON message; undefined fields are left out, and no answer at all is `{}`. A text is JSON already. */
  readonly handler: (call: MlflowCall) => Promise<object | string | undefined>;
}

export function readRoute(
  method: Method,
  path: MlflowRoute['path'],
  handler: MlflowRoute['handler'],
  reads?: Reads,
): MlflowRoute {
  return { method, path, scope: 'mlops.read', handler, ...(reads === undefined ? {} : { reads }) };
}

export function writeRoute(method: Method, path: MlflowRoute['path'], handler: MlflowRoute['handler']): MlflowRoute {
  return { method, path, scope: 'mlops.write', handler };
}

/** A write that a step of a pipeline needs for its own run: its scope is in the token of a step. */
export function logRoute(method: Method, path: MlflowRoute['path'], handler: MlflowRoute['handler']): MlflowRoute {
  return { method, path, scope: 'mlops.log', handler };
}

/**
 * Route that removes an entity. A caller with only the logging scope could not restore it, so the scope of this route
 * is granted to fewer accounts.
 */
export function removeRoute(method: Method, path: MlflowRoute['path'], handler: MlflowRoute['handler']): MlflowRoute {
  return { method, path, scope: 'mlops.delete', handler };
}

/** MLflow's definition of this path lacks its first slash, so some clients request `/api/2.0mlflow/…`. */
/** Its handler limits the answer to the teams of the caller. */
export function buildSlashlessRoute(
  method: Method,
  path: MlflowRoute['path'],
  handler: MlflowRoute['handler'],
): MlflowRoute {
  return { ...readRoute(method, path, handler, 'team'), slashless: true };
}

/** The JSON endpoints of the protocol, with its error format, body rules and answer to unknown paths. */
export function createMlflowWire(routes: readonly MlflowRoute[], abilities: Abilities, checks: MessageChecks): Plugin {
  const serverInfoRoute = readRoute('GET', '/mlflow/server-info', async () => buildServerInfo(abilities), 'none');
  return (app) => {
    app.setErrorHandler(replyWithMlflowError);
    acceptJsonText(app);
    const attach = (url: string, route: MlflowRoute) => attachRoute(app, url, route, checks);
    for (const route of routes) for (const prefix of apiPrefixes) attach(`${prefix}${route.path}`, route);
    for (const route of routes.filter((candidate) => candidate.slashless)) {
      for (const prefix of apiPrefixes) attach(`${prefix}${route.path.slice(1)}`, route);
    }
    attach('/api/3.0/mlflow/server-info', serverInfoRoute);
    attach('/ajax-api/3.0/mlflow/server-info', serverInfoRoute);
    for (const prefix of apiPrefixes) answerUnknown(app, prefix);
    app.get('/version', { config: { scope: 'open' } }, async (_request, reply) =>
      reply.type('text/plain').send(SPOKEN_VERSION),
    );
  };
}

/** The entities of messages are checked here, where their fields are read, not by the router. */
function selectReads({ scope, reads }: MlflowRoute): { readonly reads?: Reads } {
  if (!scope.endsWith('.read')) return { reads: 'team' };
  return reads === undefined ? {} : { reads: reads === 'object' ? 'team' : reads };
}

function attachRoute(app: FastifyInstance, url: string, route: MlflowRoute, checks: MessageChecks): void {
  const config = { scope: route.scope, ...selectReads(route), ...selectAuditMode(route.path) };
  const reads = route.scope.endsWith('.read');
  app.route({
    method: route.method,
    url,
    config,
    ...findBodyLimit(route.path),
    handler: async (request, reply) => {
      const [fields, params] = [readFields(request), readParams(request.params)];
      const call = { fields, params, identity: request.identity };
      if (!reads) {
        request.subject = readSubject(fields, params, config.audit === 'counted');
        await checks.write(route.path, call);
      } else if (route.reads === 'object' && !seesEverything(request.identity)) {
        await checks.read(route.path, call);
      }
      const answer = await route.handler(call);
      return sendMessage(reply, answer ?? {});
    },
  });
}

export function sendMessage(reply: FastifyReply, message: object | string): FastifyReply {
  const text = typeof message === 'string' ? message : JSON.stringify(message);
  return reply.type('application/json; charset=utf-8').send(text);
}

function readFields(request: FastifyRequest): Fields {
  if (request.method === 'GET') return parseQueryFields({ ...Object(request.query) });
  return parseBodyFields(Buffer.isBuffer(request.body) ? request.body.toString('utf8') : '');
}

export function readParams(params: unknown): Record<string, string> {
  const entries = Object.entries({ ...Object(params) }).map(([name, value]): [string, string] => [name, String(value)]);
  if (entries.some(([, text]) => text.includes('\0')))
    throw buildInvalidParameter('Invalid path: it holds a NUL character.');
  return Object.fromEntries(entries);
}

function answerUnknown(app: FastifyInstance, prefix: string): void {
  app.all(`${prefix}/*`, { config: { scope: 'mlops.read', reads: 'none' } }, async (request) => {
    const path = request.url.split('?')[0];
    throw new MlflowError('ENDPOINT_NOT_FOUND', `${request.method} ${path} is not served here.`, 'route_not_found');
  });
}

/** The body stays bytes, whose depth and values were counted, until a handler reads its fields. A page of another site can post forms, but not JSON. */
function acceptJsonText(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body: Buffer, done) => {
    checkJson(body);
    done(null, body);
  });
  app.addHook('onRequest', async (request) => {
    if (request.method !== 'POST' && request.method !== 'PUT') return;
    const type = request.headers['content-type'];
    if (type === undefined) throw buildInvalidParameter('Bad Request. Content-Type header is missing.');
    if (type.split(';')[0]?.trim().toLowerCase() === 'application/json') return;
    throw buildInvalidParameter("Bad Request. Content-Type must be one of ['application/json'].");
  });
}

/** Features that depend on the configuration of this server. */
interface Abilities {
  /** Whether clients receive signed URLs of a store that they can reach. */
  readonly downloadsInParts: boolean;
}

/**
 * Answer of `GET /api/3.0/mlflow/server-info`. The newest clients then upload large files in parts, and download every
 * file from the URL that they receive.
 */
function buildServerInfo({ downloadsInParts }: Abilities) {
  return {
    store_type: 'SqlStore',
    workspaces_enabled: false,
    trace_archival_enabled: false,
    multipart_uploads_enabled: true,
    multipart_downloads_enabled: downloadsInParts,
    presigned_upload_run_id_supported: false,
    presigned_upload_model_id_supported: false,
    features_enabled: { gateway: false },
  };
}
