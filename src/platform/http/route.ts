import { Readable } from 'node:stream';
import type { FastifyContextConfig, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import type { BodyOf, CallInput, Endpoint, ParamsOf, QueryOf, Reads, ResponseOf, Scope } from '../contract/schema.ts';
import { AppError } from '../errors/index.ts';
import { findUnkeptCharacter } from '../units/index.ts';
import { type Identity, LOCAL } from './access.ts';
import { findWayToRead, refuseUnlimited } from './visible.ts';
import { pickNamedIds } from './write-record.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Permission of the route; a route without it is refused at start (default-deny). */
    scope?: Scope;
    /** How its answer is limited for callers who may not read everything; without it they are refused. */
    reads?: Reads | readonly Reads[];
    /** How the audit trail keeps a write of it; without it each write is a row with the digest of its body. */
    audit?: WriteCounting;
  }
}

/**
 * `counted`: so frequent that rows are kept by caller, ids and minute. `bare`: the body carries a secret, so that not even
 * its digest is kept.
 */
export type WriteCounting = 'counted' | 'bare';

/** Input of a handler: everything is parsed, so that no code inside checks it again. */
export interface Handled<E extends Endpoint> {
  readonly params: ParamsOf<E>;
  readonly query: QueryOf<E>;
  readonly body: BodyOf<E>;
  /** The unread body of an endpoint that accepts bytes. */
  readonly stream: Readable;
  readonly requestId: string;
  /** Identity for the audit trail; `local` while the server runs alone on loopback. */
  readonly actor: string;
  /** The same with the account's role. */
  readonly identity: Identity;
  /** Names the subject of the request in its audit row, if its fields do not. */
  audited(subject: Readonly<Record<string, unknown>>): void;
}

export interface Route {
  readonly endpoint: Endpoint;
  /** Answers a GET endpoint inside this process, parsed and checked as a request is; left out for others. */
  readonly answer?: (input: CallInput<Endpoint>, identity: Identity) => Promise<unknown>;
  attach(app: FastifyInstance): void;
}

/** Routes with a foreign format (the MLflow wire, static files); each still declares its scope. */
export type Plugin = (app: FastifyInstance) => void | Promise<void>;

/** For `csv` and `bytes` endpoints: the content and its headers. */
export interface Download {
  readonly contentType: string;
  readonly filename: string;
  readonly content: Readable | string;
  /** Further headers, or others than the usual ones. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** Binds an endpoint to the function that answers it. */
export function handle<E extends Endpoint>(
  endpoint: E,
  handler: (input: Handled<E>) => Promise<z.input<E['response']>> | z.input<E['response']>,
): Route {
  const route = createAttachableRoute(endpoint, async (request, reply) =>
    sendJson(endpoint, reply, await handler(parseRequest(endpoint, request))),
  );
  if (endpoint.method !== 'GET') return route;
  return {
    ...route,
    answer: async (input, identity) =>
      checkAnswer(endpoint, await handler(buildInsideRequest(endpoint, input, identity))),
  };
}

/** Reads GET endpoints inside this process: the figures of the commands and pages, for reports. */
export type Read = <E extends Endpoint>(endpoint: E, input: CallInput<E>) => Promise<ResponseOf<E>>;

/** Reads as an identity, with the limits that its own requests have. */
export type ReadAs = (identity: Pick<Identity, 'name' | 'role' | 'scopes' | 'visible'>) => Read;

/** `routes` is read at each call, so that nouns which are created later are found. Error: `not_visible`. */
export function createRead(routes: () => readonly Route[]): ReadAs {
  return (reader) => async (endpoint, input) => {
    const route = routes().find((one) => one.endpoint === endpoint);
    if (route?.answer === undefined) throw new Error(`${endpoint.method} ${endpoint.path} cannot be read inside`);
    const identity = { ...LOCAL, ...reader };
    const way = findWayToRead(identity, endpoint);
    // Requests inside name no object on which a limited caller could be checked.
    if (way === null || way === 'object') throw refuseUnlimited(identity);
    return (await route.answer(input, identity)) as ResponseOf<typeof endpoint>;
  };
}

function buildInsideRequest<E extends Endpoint>(
  endpoint: E,
  { params, query }: CallInput<Endpoint>,
  identity: Identity,
): Handled<E> {
  return {
    params: parsePart(endpoint.params, params ?? {}, 'path'),
    query: parsePart(endpoint.query, query ?? {}, 'query'),
    body: undefined,
    stream: Readable.from([]),
    ...{ requestId: 'inside', actor: identity.name, identity, audited: () => undefined },
  } as unknown as Handled<E>;
}

/** Binds an endpoint that answers `csv` or `bytes`. */
export function handleDownload<E extends Endpoint>(
  endpoint: E,
  handler: (input: Handled<E>) => Promise<Download> | Download,
): Route {
  return createAttachableRoute(endpoint, async (request, reply) =>
    sendDownload(reply, await awaitFirstBytes(await handler(parseRequest(endpoint, request)))),
  );
}

function createAttachableRoute(
  endpoint: Endpoint,
  handler: (request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply>,
): Route {
  const { method, path: url } = endpoint;
  const audit = chooseWriteCounting(endpoint);
  const config = { ...toReadConfig(endpoint), ...(audit === null ? {} : { audit }) };
  return {
    endpoint,
    attach: (app) => void app.route({ method, url, config, ...toBodyLimitOption(endpoint), handler }),
  };
}

/** Scope and limits of reading of an endpoint, as the config of its route. */
export function toReadConfig({ scope, reads }: Endpoint): Pick<FastifyContextConfig, 'scope' | 'reads'> {
  return reads === undefined ? { scope } : { scope, reads };
}

/** The route option of an endpoint that takes other bodies than the default. */
export function toBodyLimitOption({ bodyLimitBytes }: Endpoint): { readonly bodyLimit?: number } {
  return bodyLimitBytes === undefined ? {} : { bodyLimit: bodyLimitBytes };
}

function chooseWriteCounting({ secretBody, frequent }: Endpoint): WriteCounting | null {
  if (secretBody === true) return 'bare';
  return frequent === true ? 'counted' : null;
}

/** The parsed input of an endpoint: params, query and body. Error: `invalid_request`. */
export function parseRequest<E extends Endpoint>(endpoint: E, request: FastifyRequest): Handled<E> {
  const bytes = endpoint.accepts === 'bytes';
  return {
    params: parsePart(endpoint.params, request.params, 'path'),
    query: parsePart(endpoint.query, request.query, 'query'),
    body: bytes ? undefined : parsePart(endpoint.body, request.body ?? undefined, 'body'),
    stream: request.body instanceof Object && 'pipe' in request.body ? (request.body as Readable) : request.raw,
    requestId: request.id,
    actor: request.identity.name,
    identity: request.identity,
    audited: (subject) => {
      request.subject = pickNamedIds(subject);
    },
  } as Handled<E>;
}

function parsePart(schema: z.ZodType, value: unknown, part: string): unknown {
  // One of the stores cannot hold it in a text, and no name, filter or label needs it.
  const unkept = findUnkeptCharacter(value);
  if (unkept !== null) throw new AppError('invalid_request', `The ${part} holds ${unkept}.`);
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const path = issue?.path.join('.') ?? '';
  const where = path === '' ? `The ${part}` : `"${path}" in the ${part}`;
  throw new AppError('invalid_request', `${where}: ${issue?.message ?? 'invalid'}.`, {
    issues: parsed.error.issues
      .slice(0, MOST_ISSUES)
      .map(({ path: at, message }) => ({ path: `${part}.${at.join('.')}`, message })),
  });
}

/** Maximum reported issues: a list may be wrong in every element. */
const MOST_ISSUES = 100;

function sendJson(endpoint: Endpoint, reply: FastifyReply, answer: unknown): FastifyReply {
  return reply.type('application/json; charset=utf-8').send(JSON.stringify(checkAnswer(endpoint, answer)));
}

function checkAnswer(endpoint: Endpoint, answer: unknown): unknown {
  const checked = endpoint.response.safeParse(answer);
  if (!checked.success) {
    throw new Error(`the response of ${endpoint.method} ${endpoint.path} does not match its schema`, {
      cause: checked.error,
    });
  }
  return checked.data;
}

/** Waits for the first bytes: an error before them is still answered as a problem, not by a truncated download. */
async function awaitFirstBytes(download: Download): Promise<Download> {
  const { content } = download;
  if (typeof content === 'string') return download;
  await new Promise<void>((resolve, reject) => {
    content.once('readable', resolve).once('end', resolve).once('error', reject);
  });
  return download;
}

function sendDownload(reply: FastifyReply, download: Download): FastifyReply {
  return reply
    .type(download.contentType)
    .header('content-disposition', `attachment; filename="${download.filename.replaceAll(/[^\w.-]/g, '_')}"`)
    .headers(download.headers ?? {})
    .send(download.content);
}
