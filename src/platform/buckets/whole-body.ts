import { Readable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { AppError } from '../errors/index.ts';
import { computeBackoffMs } from './retry.ts';

/** One version of an object that is being read over the network. */
export interface RemoteBody {
  readonly sizeBytes: number;
  /** The bytes from the first on. */
  readonly first: Readable;
  /** The bytes of the same version from an offset to the end. An `AppError` is final: another version, no access. */
  from(offset: number): Promise<Readable>;
  /** Builds the error for a failure that outlasts the retries. */
  failed(cause: unknown, offset: number): AppError;
}

/** Idle timeout: a connection that sends no byte for this time, while a read is waiting, counts as broken. */
const STALLED_MS = 60_000;
/** In a row, without a byte in between: an object of many hours may lose its connection often. */
const MAX_BREAKS_IN_A_ROW = 5;

/**
 * The body of exactly `sizeBytes`. Where a connection breaks, stalls or ends early, the rest is fetched from there; an incomplete
 * body always ends with an error. Only the current chunk is in memory.
 */
export function streamWholeBody(body: RemoteBody, stalledMs = STALLED_MS): Readable {
  const reader = new Reader(body, stalledMs);
  const whole = Readable.from(reader.chunks(), { objectMode: false });
  // A generator that was never started does not run its `finally`, so the connection is released here.
  return whole.once('close', () => reader.letGo());
}

class Reader {
  readonly #body: RemoteBody;
  readonly #stalledMs: number;
  #source: Readable;
  #position = 0;
  #breaksInARow = 0;
  #left = false;

  constructor(body: RemoteBody, stalledMs: number) {
    this.#body = body;
    this.#stalledMs = stalledMs;
    this.#source = guardStream(body.first);
  }

  letGo(): void {
    this.#left = true;
    this.#source.destroy();
  }

  async *chunks(): AsyncGenerator<Buffer> {
    let iterator = this.#source[Symbol.asyncIterator]();
    while (this.#position < this.#body.sizeBytes) {
      try {
        const chunk = await this.#next(iterator);
        this.#position += chunk.length;
        this.#breaksInARow = 0;
        yield chunk;
      } catch (error) {
        if (this.#left) throw error;
        await this.#resume(error);
        iterator = this.#source[Symbol.asyncIterator]();
      }
    }
  }

  async #next(iterator: AsyncIterator<unknown>): Promise<Buffer> {
    const stalled = setTimeout(
      () => this.#source.destroy(new Error(`no byte was received for ${this.#stalledMs} ms`)),
      this.#stalledMs,
    );
    try {
      const { done, value } = await iterator.next();
      if (done === true) throw new Error('the connection ended before the end of the object');
      const chunk = value as Buffer;
      const room = this.#body.sizeBytes - this.#position;
      if (chunk.length > room)
        throw this.#body.failed(new Error('more bytes were received than the object has'), this.#position);
      return chunk;
    } finally {
      clearTimeout(stalled);
    }
  }

  async #resume(error: unknown): Promise<void> {
    this.#source.destroy();
    this.#breaksInARow += 1;
    if (error instanceof AppError) throw error;
    if (this.#breaksInARow > MAX_BREAKS_IN_A_ROW) throw this.#body.failed(error, this.#position);
    await pause(computeBackoffMs(this.#breaksInARow));
    this.#source = guardStream(await this.#body.from(this.#position));
    if (this.#left) this.#source.destroy(); // the reader was closed during the request of the rest
  }
}

/** Without a listener, an error while no read is active would end the process. The next read reports the error. */
function guardStream(source: Readable): Readable {
  return source.on('error', () => {});
}
