import { z } from 'zod';
import type { ErrorCode } from '../errors/table.ts';

/** Every scope; docs/security.md has the endpoints of each. */
export const scopes = [
  'open',
  'platform.read',
  'platform.write',
  'platform.apply',
  'account.self',
  'account.write',
  'audit.read',
  'org.read',
  'org.write',
  'finops.read',
  'finops.write',
  'finops.reserve',
  'mlops.read',
  'mlops.log',
  'mlops.write',
  'mlops.delete',
  'mlops.run_code',
  'serving.predict',
  'tradeoff.read',
  'tradeoff.write',
] as const;

/** Every role of accounts; src/platform/auth/roles.ts grants them their scopes. */
export const roles = ['viewer', 'contributor', 'finance', 'leader', 'operator', 'admin'] as const;

/** Permission of an endpoint: `open` needs no account; a role grants every other scope (docs/security.md). */
export type Scope = (typeof scopes)[number];

/**
 * How an answer is limited for a caller who may not read everything (docs/access.md). `none`: its data have no owner. `team`: the handler
 * selects by the teams of the caller. `object`: the request names its objects by the usual fields, and all of them must belong to teams of the
 * caller. `money`: for callers who see all costs. `totals`: for callers who see totals of all costs.
 */
export type Reads = 'none' | 'team' | 'object' | 'money' | 'totals';

/** Of endpoints without a declaration: all that costs are made of is for callers who see all costs. */
export const readsByDefault: Partial<Readonly<Record<Scope, Reads>>> = {
  'finops.read': 'money',
  'finops.write': 'money',
  'platform.apply': 'money',
};

type Fields = z.ZodObject;
export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

export interface EndpointDefinition<P extends Fields, Q extends Fields, B extends z.ZodType, R extends z.ZodType> {
  readonly method: Method;
  /** Path with `:name` for each of `params`. */
  readonly path: `/${string}`;
  readonly scope: Scope;
  /** Ways to read it for callers who may not read everything, the widest first. Left out: it is refused to them. */
  readonly reads?: Reads | readonly Reads[];
  readonly summary: string;
  readonly params?: P;
  readonly query?: Q;
  readonly body?: B;
  readonly response: R;
  readonly errors: readonly ErrorCode[];
  /** `bytes`: the body is streamed to the handler unread (uploads). */
  readonly accepts?: 'json' | 'bytes';
  /** Largest JSON body in bytes; default 1 MiB (`DEFAULT_BODY_LIMIT_BYTES`). */
  readonly bodyLimitBytes?: number;
  /** The body carries a secret: the audit trail then has no digest of it. */
  readonly secretBody?: true;
  /** Called every few seconds: the audit trail then counts the calls of a minute, as for MLflow clients. */
  readonly frequent?: true;
  /** Other than JSON: the handler returns a stream or text; `response` is then only a string. */
  readonly answers?: 'json' | 'csv' | 'bytes';
}

export interface Endpoint<
  P extends Fields = Fields,
  Q extends Fields = Fields,
  B extends z.ZodType = z.ZodType,
  R extends z.ZodType = z.ZodType,
> extends EndpointDefinition<P, Q, B, R> {
  readonly params: P;
  readonly query: Q;
  readonly body: B;
}

/** Largest JSON body of an endpoint without `bodyLimitBytes`. */
export const DEFAULT_BODY_LIMIT_BYTES = 1024 * 1024;
/** For endpoints that take large documents: manifests, rules, series. */
export const MEDIUM_BODY_LIMIT_BYTES = 4 * 1024 * 1024;
/** For endpoints that take a batch in one request. */
export const BATCH_BODY_LIMIT_BYTES = 16 * 1024 * 1024;
/** For endpoints that take an account, a password or a token. */
export const SMALL_BODY_LIMIT_BYTES = 4 * 1024;

const NoFields = z.strictObject({});
const NoBody = z.undefined();

/** Makes an endpoint a value: the HTTP adapter, the OpenAPI document, the CLI and the web client are derived from it. */
export function endpoint<
  R extends z.ZodType,
  P extends Fields = typeof NoFields,
  Q extends Fields = typeof NoFields,
  B extends z.ZodType = typeof NoBody,
>(definition: EndpointDefinition<P, Q, B, R>): Endpoint<P, Q, B, R> {
  const { params = NoFields as unknown as P, query = NoFields as unknown as Q } = definition;
  return { ...definition, params, query, body: definition.body ?? (NoBody as unknown as B) };
}

export type ParamsOf<E extends Endpoint> = z.infer<E['params']>;
export type QueryOf<E extends Endpoint> = z.infer<E['query']>;
export type BodyOf<E extends Endpoint> = z.infer<E['body']>;
export type ResponseOf<E extends Endpoint> = z.infer<E['response']>;

/** Input of a call: values before parsing (a query field with a default may be left out). */
export interface CallInput<E extends Endpoint> {
  readonly params?: z.input<E['params']>;
  readonly query?: z.input<E['query']>;
  readonly body?: z.input<E['body']>;
}

/** The URL path with query of a call. Undefined query fields are left out; arrays repeat their key. */
export function buildUrl<E extends Endpoint>(target: E, input: CallInput<E>): string {
  const params: Record<string, unknown> = { ...input.params };
  const path = target.path.replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(String(params[name])));
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(input.query ?? {})) {
    if (value === undefined) continue;
    for (const item of Array.isArray(value) ? value : [value]) search.append(name, String(item));
  }
  const text = search.toString();
  return text === '' ? path : `${path}?${text}`;
}

/** Present in answers with totals, for callers who see the data of some teams only. */
export const PartialAnswer = z
  .strictObject({ teams: z.array(z.string()).describe('Teams of the caller, by name') })
  .optional()
  .describe('The answer has only the data of these teams, because the caller may read no other; absent: all data');
export type PartialAnswer = z.infer<typeof PartialAnswer>;

/** RFC 9457 problem details with our fields. `code` is one of docs/errors.md. */
export const Problem = z
  .looseObject({
    type: z.string().describe('Link to the documentation of the code'),
    title: z.string().describe('Meaning of the code'),
    status: z.number().int().describe('HTTP status'),
    code: z.string().describe('Stable error code'),
    detail: z.string().describe('Cause of this error and what to do next'),
    requestId: z.string().describe('Request id of the log'),
  })
  .describe('Problem details (RFC 9457)');
export type Problem = z.infer<typeof Problem>;

/** Keyset page of anything: pass `nextPageToken` back as `pageToken` to get the next one; null on the last. */
export const PageQuery = {
  pageSize: z.coerce.number().int().min(1).max(1000).default(100).describe('Rows a page, 1 to 1000'),
  pageToken: z.string().optional().describe('`nextPageToken` of the previous page'),
};
export const NextPageToken = z.string().nullable().describe('Token of the next page; null when this is the last');
