import { Readable } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { unframe } from './frames.ts';

function frame(stream: 1 | 2, words: Uint8Array): Buffer {
  const header = Buffer.from([stream, 0, 0, 0, 0, 0, 0, 0]);
  header.writeUInt32BE(words.length, 4);
  return Buffer.concat([header, words]);
}

async function* splitIntoChunks(bytes: Buffer, sizes: readonly number[]): AsyncGenerator<Buffer> {
  let at = 0;
  for (const size of sizes) {
    yield bytes.subarray(at, at + size);
    at += size;
  }
  yield bytes.subarray(at);
}

async function joinChunks(chunks: AsyncIterable<Buffer>): Promise<Buffer> {
  return Buffer.concat(await Readable.from(unframe(chunks)).toArray());
}

describe('what a container printed', () => {
  it('comes out of its frames in order, both kinds of it', async () => {
    const sent = Buffer.concat([
      frame(1, Buffer.from('out\n')),
      frame(2, Buffer.from('err\n')),
      frame(1, Buffer.from('out')),
    ]);
    expect(String(await joinChunks(splitIntoChunks(sent, [])))).toBe('out\nerr\nout');
  });

  it('is the same wherever the connection cuts the frames', async () => {
    const words = fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 12 });
    const cuts = fc.array(fc.nat({ max: 30 }), { maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(words, cuts, async (printed, sizes) => {
        const sent = Buffer.concat(printed.map((one, index) => frame(index % 2 === 0 ? 1 : 2, one)));
        expect(await joinChunks(splitIntoChunks(sent, sizes))).toEqual(Buffer.concat(printed));
      }),
    );
  });
});
