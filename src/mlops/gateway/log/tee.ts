import { type Readable, Transform, type TransformCallback } from 'node:stream';

/** Copy of a stream that has passed, as long as it is within the byte limit. */
export interface CopiedStream {
  /** null when it was more. */
  whole(): Buffer | null;
}

/** Copies a stream without changing its content or its speed for the main reader. */
export function copyStream(
  answer: Readable,
  roomBytes: number,
  onPart: (part: Buffer) => void = () => undefined,
): CopiedStream {
  let parts: Buffer[] | null = [];
  let sizeBytes = 0;
  // Pause first: a listener would start the flow before the reader is attached.
  answer.pause();
  answer.on('data', (part: Buffer) => {
    onPart(part);
    sizeBytes += part.length;
    if (sizeBytes > roomBytes) parts = null;
    parts?.push(part);
  });
  return {
    whole: () =>
      parts === null ? null : parts.length === 1 && parts[0] !== undefined ? parts[0] : Buffer.concat(parts),
  };
}

/** Passes on all parts except the last, which waits for a promise: until then the client does not have the whole answer. */
export class HeldEnd extends Transform {
  readonly #until: () => Promise<void>;
  #held: Buffer | null = null;

  constructor(until: () => Promise<void>) {
    super();
    this.#until = until;
  }

  override _transform(part: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    const before = this.#held;
    this.#held = part;
    done(null, before);
  }

  override _flush(done: TransformCallback): void {
    this.#until().then(() => done(null, this.#held), done);
  }
}
