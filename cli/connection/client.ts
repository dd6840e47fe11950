import type { Readable } from 'node:stream';
import type { z } from 'zod';
import {
  buildUrl,
  type CallInput,
  type Endpoint,
  Problem,
  type ResponseOf,
} from '../../src/platform/contract/schema.ts';
import { CommandError, RemoteFailure } from '../frame/failure.ts';
import { type Outgoing, readText, send } from './transport.ts';

/** Calls endpoints of one server. Problem documents are thrown as `RemoteFailure`. */
export interface Client {
  readonly url: string;
  /** Header `Authorization` of every call; null on a server without accounts. */
  readonly authorization: string | null;
  call<E extends Endpoint>(endpoint: E, input?: CallInput<E>): Promise<ResponseOf<E>>;
  /** Streams bytes to an endpoint that accepts them. */
  upload<E extends Endpoint>(endpoint: E, input: CallInput<E>, content: Readable): Promise<ResponseOf<E>>;
  /** The bytes of an endpoint that does not answer JSON. */
  download<E extends Endpoint>(endpoint: E, input?: CallInput<E>): Promise<Readable>;
  /** A JSON document outside the contract, such as /api/openapi.json. */
  document(path: string): Promise<unknown>;
}

/** `authorization` is sent with every call; null on a server without accounts. */
export function createClient(url: string, authorization: string | null = null): Client {
  const ask = (outgoing: Outgoing): Promise<Readable> => sendOrThrow(url, { ...outgoing, authorization });
  const json = async <E extends Endpoint>(endpoint: E, outgoing: Outgoing): Promise<ResponseOf<E>> =>
    readAnswer(endpoint, parseJson(url, await readText(await ask(outgoing))), url);
  return {
    url,
    authorization,
    call: (endpoint, input = {}) => json(endpoint, toOutgoing(endpoint, input)),
    upload: (endpoint, input, content) =>
      json(endpoint, {
        method: endpoint.method,
        path: buildUrl(endpoint, input),
        contentType: 'application/octet-stream',
        body: content,
      }),
    download: (endpoint, input = {}) => ask(toOutgoing(endpoint, input)),
    document: async (path) => parseJson(url, await readText(await ask({ method: 'GET', path }))),
  };
}

function toOutgoing<E extends Endpoint>(endpoint: E, input: CallInput<E>): Outgoing {
  const outgoing: Outgoing = { method: endpoint.method, path: buildUrl(endpoint, input) };
  if (input.body === undefined) return outgoing;
  return { ...outgoing, contentType: 'application/json', body: JSON.stringify(input.body) };
}

async function sendOrThrow(url: string, outgoing: Outgoing): Promise<Readable> {
  const answer = await send(url, outgoing);
  const { statusCode = 0 } = answer;
  if (statusCode >= 200 && statusCode < 300) return answer;
  const text = await readText(answer);
  const problem = Problem.safeParse(parseJsonOrNull(text));
  if (problem.success) throw new RemoteFailure(problem.data);
  throw invalidAnswer(url, `status ${statusCode} without a problem document`);
}

/**
 * An answer that its schema accepts, or that only has additional fields (a newer server). Returns the document as
 * received, so that `--json` hides no field.
 */
function readAnswer<E extends Endpoint>(endpoint: E, document: unknown, url: string): ResponseOf<E> {
  const parsed = endpoint.response.safeParse(document);
  if (parsed.success || parsed.error.issues.every(isAddition)) return document as ResponseOf<E>;
  const [issue] = parsed.error.issues;
  throw invalidAnswer(url, `${endpoint.method} ${endpoint.path}, "${issue?.path.join('.')}": ${issue?.message}`);
}

function isAddition(issue: z.core.$ZodIssue): boolean {
  return issue.code === 'unrecognized_keys';
}

function invalidAnswer(url: string, what: string): CommandError {
  return new CommandError(
    'server_answer_invalid',
    `The server at ${url} sent an invalid answer (${what}). Is it a Steelyard server of about this version?`,
    { url },
  );
}

function parseJson(url: string, text: string): unknown {
  const document = parseJsonOrNull(text);
  if (document === null) throw invalidAnswer(url, 'not JSON');
  return document;
}

function parseJsonOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null; // the caller reports the invalid answer
  }
}
