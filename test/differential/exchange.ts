export type Json = string | number | boolean | null | undefined | readonly Json[] | { readonly [name: string]: Json };
type Query = Readonly<Record<string, string | number | readonly string[]>>;

/**
 * One request of the corpus. `$name` in its path, query and body is replaced by the value that an earlier answer stored
 * as `name`.
 */
export interface Exchange {
  /** Unique in the corpus; docs/mlflow-differences.md names an exchange by it. */
  readonly name: string;
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Sent unchanged, so that no client resolves `..` or decodes `%2e`. */
  readonly path: string;
  readonly query?: Query;
  readonly headers: Readonly<Record<string, string>>;
  readonly content: string;
  /** Name -> path into the answer (`run.info.run_id`). */
  readonly keep: Readonly<Record<string, string>>;
  /** Texts that the messages of both servers must contain, because MLflow's own suites expect them. */
  readonly says: readonly string[];
}

interface Options {
  readonly query?: Query;
  readonly keep?: Readonly<Record<string, string>>;
  readonly says?: readonly string[];
  /** Sent in place of JSON. */
  readonly raw?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

type Ask = (name: string, path: string, message?: Json, options?: Options) => Exchange;

interface Requests {
  readonly get: (name: string, path: string, query?: Query, options?: Options) => Exchange;
  readonly post: Ask;
  readonly put: Ask;
  readonly patch: Ask;
  readonly remove: Ask;
}

const JSON_CONTENT = { 'content-type': 'application/json' };

/**
 * Builders of requests about one noun, which is the first word of each name. A path without a leading slash is below
 * the API's root.
 */
export function requestsAbout(noun: string): Requests {
  const writing =
    (method: Exchange['method']): Ask =>
    (name, path, message, options = {}) => ({
      ...asked(noun, name, method, path, options),
      headers: options.headers ?? JSON_CONTENT,
      content: options.raw ?? (message === undefined ? '' : JSON.stringify(message)),
    });
  return {
    get: (name, path, query = {}, options = {}) => asked(noun, name, 'GET', path, { query, ...options }),
    post: writing('POST'),
    put: writing('PUT'),
    patch: writing('PATCH'),
    remove: writing('DELETE'),
  };
}

function asked(noun: string, name: string, method: Exchange['method'], path: string, options: Options): Exchange {
  return {
    name: `${noun}: ${name}`,
    method,
    path: path.startsWith('/') ? path : `/api/2.0/mlflow/${path}`,
    ...(options.query === undefined ? {} : { query: options.query }),
    headers: options.headers ?? {},
    content: '',
    keep: options.keep ?? {},
    says: options.says ?? [],
  };
}

/** `character` repeated `length` times. */
export function long(length: number, character = 'x'): string {
  return character.repeat(length);
}
