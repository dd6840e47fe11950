import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';

/** Large enough for 10,000 of them to be 78 GiB, small enough for several to be held. */
export const PIECE_BYTES = 8 * 1024 ** 2;

/** Content cut into pieces of one size (the last may be smaller), counted and hashed in passing. */
export class Pieces {
  readonly #content: AsyncIterable<Buffer> | Iterable<Buffer>;
  readonly #hash = createHash('sha256');
  #sizeBytes = 0;

  constructor(content: Readable | Buffer | string) {
    const isWhole = typeof content === 'string' || Buffer.isBuffer(content);
    this.#content = isWhole ? [Buffer.from(content)] : content;
  }

  /** Size and hash of the content read so far. */
  facts(): { sizeBytes: number; sha256: string } {
    return { sizeBytes: this.#sizeBytes, sha256: this.#hash.copy().digest('hex') };
  }

  /** At least one piece, of no bytes where there is no content. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Buffer> {
    let held: Buffer[] = [];
    let heldBytes = 0;
    for await (const chunk of this.#content) {
      this.#hash.update(chunk);
      this.#sizeBytes += chunk.length;
      held.push(chunk);
      heldBytes += chunk.length;
      if (heldBytes < PIECE_BYTES) continue;
      const all = Buffer.concat(held);
      let start = 0;
      for (; all.length - start >= PIECE_BYTES; start += PIECE_BYTES) yield all.subarray(start, start + PIECE_BYTES);
      held = start === all.length ? [] : [Buffer.from(all.subarray(start))];
      heldBytes = all.length - start;
    }
    if (heldBytes > 0 || this.#sizeBytes === 0) yield Buffer.concat(held);
  }
}
