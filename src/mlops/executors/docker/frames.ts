/** Header of a frame: output stream, three zero bytes, and the length of the payload. */
const HEADER_BYTES = 8;
const SIZE_AT = 4;

/**
 * Output of a container, extracted from the engine's frames, in order and with both stdout and stderr. Frames and
 * network chunks are independent: each may begin and end anywhere in the other.
 */
export async function* unframe(chunks: AsyncIterable<Uint8Array | string>): AsyncGenerator<Buffer> {
  let header = Buffer.alloc(0);
  let leftInFrame = 0;
  for await (const chunk of chunks) {
    let rest = Buffer.from(chunk);
    while (rest.length > 0) {
      if (leftInFrame > 0) {
        const words = rest.subarray(0, leftInFrame);
        leftInFrame -= words.length;
        rest = rest.subarray(words.length);
        yield words;
        continue;
      }
      const missing = HEADER_BYTES - header.length;
      header = Buffer.concat([header, rest.subarray(0, missing)]);
      rest = rest.subarray(missing);
      if (header.length < HEADER_BYTES) continue;
      leftInFrame = header.readUInt32BE(SIZE_AT);
      header = Buffer.alloc(0);
    }
  }
}
