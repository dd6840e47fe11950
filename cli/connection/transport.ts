import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Readable } from 'node:stream';
import { CommandError, systemCode } from '../frame/failure.ts';

export interface Outgoing {
  readonly method: string;
  /** Path with query, beginning with `/`. */
  readonly path: string;
  readonly contentType?: string;
  /** Value of the header of that name. */
  readonly authorization?: string | null;
  readonly body?: string | Readable;
  /** Without it there is no limit: a large bill takes minutes of work. */
  readonly timeoutMs?: number;
}

/**
 * Sends one request and returns at the headers of the answer. Errors: `server_unreachable`, and errors of the body's
 * stream.
 */
export function send(base: string, outgoing: Outgoing): Promise<IncomingMessage> {
  const url = new URL(base.replace(/\/+$/, '') + outgoing.path);
  const start = url.protocol === 'https:' ? httpsRequest : httpRequest;
  return new Promise((resolve, reject) => {
    const request = start(url, {
      method: outgoing.method,
      headers: {
        accept: 'application/json, */*;q=0.5',
        ...(outgoing.authorization == null ? {} : { authorization: outgoing.authorization }),
        ...(outgoing.contentType === undefined ? {} : { 'content-type': outgoing.contentType }),
      },
    });
    // After the response headers, an upload that fails is part of the server's answer and not a network error.
    request.on('response', resolve).on('error', (error) => reject(unreachable(base, error)));
    if (outgoing.timeoutMs !== undefined) {
      request.setTimeout(outgoing.timeoutMs, () => request.destroy(new Error('no answer in time')));
    }
    const { body } = outgoing;
    if (body === undefined || typeof body === 'string') {
      request.end(body);
      return;
    }
    body.on('error', (error) => {
      reject(error);
      request.destroy();
    });
    body.pipe(request);
  });
}

function unreachable(base: string, error: Error): CommandError {
  const why = systemCode(error) ?? error.message;
  return new CommandError(
    'server_unreachable',
    `No Steelyard server answers at ${base} (${why}).`,
    { url: base },
    { cause: error },
  );
}

/** The whole answer as text. */
export async function readText(answer: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of answer) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
