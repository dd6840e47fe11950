import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Method, Scope } from '../../platform/contract/schema.ts';
import type { Plugin } from '../../platform/http/index.ts';
import { replyWithMlflowError } from './error-reply.ts';
import { invalidParameter, MlflowError } from './errors.ts';
import { bodyFields, type Fields, queryFields } from './fields.ts';

/** Every endpoint of the protocol lives under each of these; a client takes the one of its age and place. */
export const apiPrefixes = ['/api/2.0', '/api/3.0', '/ajax-api/2.0', '/ajax-api/3.0'] as const;

/**
 * What the client asks `GET /version` for: from 3.4 on it would send spans by OTLP, which this server does not take, so
 * the answer names the release before. Nothing else in the client depends on it.
 */
const SPOKEN_VERSION = '3.3.2';

export interface MlflowCall {
  readonly fields: Fields;
  /** Values of the `:name` parts of the path. */
  readonly params: Readonly<Record<string, string>>;
}

export interface MlflowRoute {
  readonly method: Method;
  /** Path after the prefix: `/mlflow/runs/create`. */
  readonly path: `/mlflow/${string}`;
  readonly scope: Scope;
  /** Answers the JSON message; undefined fields are left out, and no answer at all is `{}`. */
  readonly handler: (call: MlflowCall) => Promise<object | undefined>;
}

export function readRoute(method: Method, path: MlflowRoute['path'], handler: MlflowRoute['handler']): MlflowRoute {
  return { method, path, scope: 'mlops.read', handler };
}

export function writeRoute(method: Method, path: MlflowRoute['path'], handler: MlflowRoute['handler']): MlflowRoute {
  return { method, path, scope: 'mlops.write', handler };
}

/** The JSON endpoints of the protocol, with its own errors, body rules and answer to a path that nobody serves. */
export function createMlflowWire(routes: readonly MlflowRoute[]): Plugin {
  return (app) => {
    app.setErrorHandler(replyWithMlflowError);
    acceptJsonText(app);
    for (const route of routes) for (const prefix of apiPrefixes) attach(app, prefix, route);
    for (const prefix of apiPrefixes) answerUnknown(app, prefix);
    app.get('/version', { config: { scope: 'open' } }, async (_request, reply) =>
      reply.type('text/plain').send(SPOKEN_VERSION),
    );
  };
}

function attach(app: FastifyInstance, prefix: string, route: MlflowRoute): void {
  app.route({
    method: route.method,
    url: `${prefix}${route.path}`,
    config: { scope: route.scope },
    handler: async (request, reply) => {
      const answer = await route.handler({ fields: fieldsOf(request), params: readParams(request.params) });
      return sendMessage(reply, answer ?? {});
    },
  });
}

export function sendMessage(reply: FastifyReply, message: object): FastifyReply {
  return reply.type('application/json; charset=utf-8').send(JSON.stringify(message));
}

function fieldsOf(request: FastifyRequest): Fields {
  if (request.method === 'GET') return queryFields({ ...Object(request.query) });
  return bodyFields(typeof request.body === 'string' ? request.body : '');
}

export function readParams(params: unknown): Record<string, string> {
  const entries = Object.entries({ ...Object(params) }).map(([name, value]): [string, string] => [name, String(value)]);
  if (entries.some(([, text]) => text.includes('\0')))
    throw invalidParameter('Invalid path: it holds a NUL character.');
  return Object.fromEntries(entries);
}

function answerUnknown(app: FastifyInstance, prefix: string): void {
  app.all(`${prefix}/*`, { config: { scope: 'mlops.read' } }, async (request) => {
    const path = request.url.split('?')[0];
    throw new MlflowError('ENDPOINT_NOT_FOUND', `${request.method} ${path} is not served here.`, 'route_not_found');
  });
}

/** The body stays text until a handler reads its fields. A page of another site can post forms, but not JSON. */
function acceptJsonText(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body));
  app.addHook('onRequest', async (request) => {
    if (request.method !== 'POST' && request.method !== 'PUT') return;
    const type = request.headers['content-type'];
    if (type === undefined) throw invalidParameter('Bad Request. Content-Type header is missing.');
    if (type.split(';')[0]?.trim().toLowerCase() === 'application/json') return;
    throw invalidParameter("Bad Request. Content-Type must be one of ['application/json'].");
  });
}
