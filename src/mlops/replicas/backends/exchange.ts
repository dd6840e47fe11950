import { Agent, request as httpRequest, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { ClientGone, ServingProblem } from '../../inference/index.ts';

/** Socket on which a copy of a model listens. */
export type Address = { readonly socketPath: string } | { readonly host: string; readonly port: number };

export interface Exchange {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer | string;
  /** Timeout for the header of the response, and between two of its parts, in milliseconds. */
  readonly timeoutMs: number;
  readonly agent?: Agent;
  /** Aborted with a `ClientGone` when nothing reads the answer any more: the connection to the model is closed. */
  readonly signal?: AbortSignal | undefined;
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** The server did not accept the connection: no byte was sent, so a retry at another replica is safe. */
export class NotConnected extends Error {}

/** Close an idle connection before common servers do: a request on a connection that the server is closing is lost. */
const IDLE_MS = 1_500;
export const MAX_ANSWER_BYTES = 512 * 1024 * 1024;

export function createAgent(): Agent {
  return new Agent({ keepAlive: true, timeout: IDLE_MS, scheduling: 'lifo' });
}

/**
 * Sends one request; resolves when the headers of the answer have arrived. Errors: `NotConnected`; `ServingProblem` of the
 * kinds `timeout` and `unavailable` (the server closed the connection); the reason of the signal.
 */
export function startExchange(address: Address, exchange: Exchange): Promise<IncomingMessage> {
  const { method, path, headers = {}, body, timeoutMs, agent, signal } = exchange;
  if (signal?.aborted) return Promise.reject(signal.reason);
  return new Promise((resolve, reject) => {
    let isConnected = false;
    /** Whether a byte of the request was handed to the connection. */
    let isBegun = () => true;
    const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
    const request = httpRequest({
      ...address,
      method,
      path,
      headers: { ...headers, ...length },
      ...(agent && { agent }),
    });
    const late = setTimeout(() => {
      request.destroy(new ServingProblem('timeout', `The model did not respond within ${timeoutMs / 1000} s.`));
    }, timeoutMs);
    request.once('socket', (socket) => {
      const before = socket.bytesWritten;
      isBegun = () => socket.bytesWritten > before;
      if (!socket.connecting) isConnected = true;
      else
        socket.once('connect', () => {
          isConnected = true;
        });
      socket.setTimeout(0);
    });
    request.once('response', (answer) => {
      clearTimeout(late);
      answer.setTimeout(timeoutMs, () => answer.destroy(toStalledError(answer)));
      signal?.addEventListener('abort', () => answer.destroy(signal.reason), { once: true });
      resolve(answer);
    });
    request.once('error', (error) => {
      clearTimeout(late);
      if (error instanceof ServingProblem || error instanceof ClientGone) reject(error);
      else if (!isConnected || !isBegun()) reject(new NotConnected(error.message));
      else
        reject(
          new ServingProblem(
            'unavailable',
            `The model closed the connection before it responded (${error.message}).`,
            1,
          ),
        );
    });
    signal?.addEventListener('abort', () => request.destroy(signal.reason), { once: true });
    request.end(body);
  });
}

/** No byte arrived for the whole timeout: the model stopped, unless the client has not read bytes that already arrived. */
function toStalledError(answer: IncomingMessage): Error {
  if (answer.readableLength > 0) return new ClientGone('The client stopped reading the response.');
  return new ServingProblem('timeout', 'The model stopped in the middle of its response.');
}

/** Sends one request and reads the whole answer. Errors: those of `begin` and `wholeOf`. */
export async function sendExchange(address: Address, exchange: Exchange): Promise<Answer> {
  const answer = await startExchange(address, exchange);
  return { status: answer.statusCode ?? 0, headers: answer.headers, body: await readWhole(answer) };
}

/** Reads a whole answer. Errors: `ServingProblem` where it ends too early or exceeds `MAX_ANSWER_BYTES`; `ClientGone`. */
export function readWhole(answer: IncomingMessage): Promise<Buffer> {
  // By events: an async iterator over the parts costs as much as the rest of a small answer.
  return new Promise((resolve, reject) => {
    const parts: Buffer[] = [];
    let sizeBytes = 0;
    answer.on('data', (part: Buffer) => {
      sizeBytes += part.length;
      parts.push(part);
      if (sizeBytes > MAX_ANSWER_BYTES)
        answer.destroy(new ServingProblem('bad_answer', 'The response of the model is too large.'));
    });
    answer.once('end', () => resolve(parts.length === 1 && parts[0] !== undefined ? parts[0] : Buffer.concat(parts)));
    const torn = () => new ServingProblem('bad_answer', 'The model ended in the middle of its response.');
    answer.once('error', (error) => {
      reject(error instanceof ServingProblem || error instanceof ClientGone ? error : torn());
    });
    answer.once('close', () => reject(torn()));
  });
}

/** Answer of a server to a probe; null where it does not answer in time. */
export async function probe(address: Address, path: string, timeoutMs = PROBE_MS): Promise<Answer | null> {
  try {
    return await sendExchange(address, { method: 'GET', path, timeoutMs });
  } catch {
    return null;
  }
}

const PROBE_MS = 2_000;
