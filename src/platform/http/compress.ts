import { pipeline, Readable } from 'node:stream';
import { promisify } from 'node:util';
import { constants, createGzip, gzip } from 'node:zlib';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { pickEncoding } from './encoding.ts';

const compress = promisify(gzip);

/** Smaller bodies fit one packet with their headers, compressed or not. */
const SMALLEST_BYTES = 1024;

/** Text formats. Event streams and NDJSON are left out: a reader waits for each of their lines. */
const COMPRESSIBLE =
  /^(text\/(?!event-stream)[\w.+-]+|application\/(json|problem\+json|openapi\+json|javascript|xml|yaml)|image\/svg\+xml)\b/i;

/**
 * Compresses text responses with gzip for clients that accept it. zlib works in Node's thread pool, a few kilobytes a task,
 * so that a large body neither blocks the event loop nor holds a thread. For the choice of gzip and the exceptions see ADR 090.
 */
export function compressAnswers(app: FastifyInstance): void {
  app.addHook('onSend', async (request, reply, payload) => {
    if (!isCompressible(request, reply)) return payload;
    reply.header('vary', addVaryEncoding(reply.getHeader('vary')));
    if (request.method === 'HEAD' || pickEncoding(request.headers['accept-encoding'], ['gzip']) === null)
      return payload;
    if (payload instanceof Readable) return compressStream(reply, payload);
    if (typeof payload !== 'string' && !Buffer.isBuffer(payload)) return payload;
    if (Buffer.byteLength(payload) < SMALLEST_BYTES) return payload;
    const compressed = await compress(payload);
    markCompressed(reply);
    return compressed;
  });
}

/** Each chunk of a stream is flushed when it arrives, so that no data is delayed. */
function compressStream(reply: FastifyReply, content: Readable): Readable {
  markCompressed(reply);
  // An error of the content also ends the compressed stream; the reader of that stream reports it.
  return pipeline(content, createGzip({ flush: constants.Z_SYNC_FLUSH }), () => {});
}

function markCompressed(reply: FastifyReply): void {
  const etag = reply.getHeader('etag');
  // The compressed bytes are another representation: equal in meaning, not byte for byte.
  if (typeof etag === 'string' && !etag.startsWith('W/')) reply.header('etag', `W/${etag}`);
  reply.header('content-encoding', 'gzip').removeHeader('content-length');
}

/**
 * Bodies that are sent as they are: those of routes that receive a secret, and answers that no cache may keep, because
 * compression would show how much of a secret a request repeats (BREACH); parts of files, whose byte positions count.
 */
function isCompressible(request: FastifyRequest, reply: FastifyReply): boolean {
  if (reply.statusCode < 200 || [204, 206, 304].includes(reply.statusCode)) return false;
  if (request.routeOptions.config?.audit === 'bare') return false;
  if (/\bno-(store|transform)\b/i.test(String(reply.getHeader('cache-control') ?? ''))) return false;
  if (['content-encoding', 'content-range', 'accept-ranges'].some((name) => reply.hasHeader(name))) return false;
  return COMPRESSIBLE.test(String(reply.getHeader('content-type') ?? ''));
}

function addVaryEncoding(vary: unknown): string {
  const names = String(vary ?? '')
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  if (names.some((name) => name === '*' || name.toLowerCase() === 'accept-encoding')) return names.join(', ');
  return [...names, 'Accept-Encoding'].join(', ');
}
