import { Readable } from 'node:stream';
import { AppError } from '../errors/index.ts';

/**
 * The stream, with the error `payload_too_large` once it exceeds the limit; then none of it is stored. It reads lazily, so that
 * after a refused request Node drops the rest of its body.
 */
export function limitStream(content: Readable, limitBytes: number): Readable {
  return Readable.from(readUpTo(content, limitBytes), { objectMode: false });
}

async function* readUpTo(content: Readable, limitBytes: number): AsyncGenerator<Buffer> {
  let received = 0;
  // Kept open on failure: the answer goes out on the same connection.
  for await (const chunk of content.iterator({ destroyOnReturn: false })) {
    const bytes: Buffer = Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk));
    received += bytes.length;
    if (received > limitBytes) throw createTooLarge(limitBytes);
    yield bytes;
  }
}

export function createTooLarge(limitBytes: number): AppError {
  return new AppError('payload_too_large', `A file can have at most ${limitBytes} bytes.`, { limitBytes });
}
