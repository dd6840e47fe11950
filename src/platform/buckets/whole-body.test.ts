import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createUnreachable } from './failures.ts';
import { streamWholeBody } from './whole-body.ts';

const failed = (cause: unknown) => createUnreachable('s3://b', 'broke off', cause);

describe('a body that must be whole', () => {
  it('has every byte once, wherever connections break', async () => {
    const content = fc.uint8Array({ minLength: 0, maxLength: 64 });
    const pieces = fc.array(fc.nat({ max: 20 }), { maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(content, pieces, async (bytes, lengths) => {
        const whole = Buffer.from(bytes);
        const left = [...lengths];
        const from = async (offset: number) => breaking(whole.subarray(offset), left.shift());
        const body = streamWholeBody({ sizeBytes: whole.length, first: await from(0), from, failed });
        expect((await buffer(body)).equals(whole)).toBe(true);
      }),
      { numRuns: 40 },
    );
  });

  it('goes on after a connection that is silent for too long', async () => {
    const silent = new Readable({ read() {} });
    silent.push('ab');
    const body = streamWholeBody(
      { sizeBytes: 4, first: silent, from: async () => Readable.from([Buffer.from('cd')]), failed },
      50,
    );
    expect((await buffer(body)).toString()).toBe('abcd');
    expect(silent.destroyed).toBe(true);
  });

  it('does not take waiting for its reader for silence', async () => {
    let fetched = 0;
    const from = async () => {
      fetched += 1;
      return Readable.from([Buffer.from('rest')]);
    };
    const body = streamWholeBody(
      { sizeBytes: 2, first: Readable.from([Buffer.from('a'), Buffer.from('b')]), from, failed },
      20,
    );
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect((await buffer(body)).toString()).toBe('ab');
    expect(fetched).toBe(0);
  });

  it('refuses more bytes than the object has', async () => {
    const first = Readable.from([Buffer.from('abc')]);
    const body = streamWholeBody({ sizeBytes: 2, first, from: async () => Readable.from([]), failed });
    await expect(buffer(body)).rejects.toMatchObject({ code: 'bucket_unreachable' });
  });

  it('lets go of its connection when it is left before the first byte', async () => {
    const first = new Readable({ read() {} });
    const body = streamWholeBody({ sizeBytes: 2, first, from: async () => Readable.from([]), failed });
    body.destroy();
    await new Promise((resolve) => body.once('close', resolve));
    expect(first.destroyed).toBe(true);
  });
});

/** Sends this many bytes and then breaks; without a length, sends all bytes and ends. */
function breaking(bytes: Buffer, length: number | undefined): Readable {
  return Readable.from(
    (async function* () {
      yield bytes.subarray(0, length ?? bytes.length);
      if (length !== undefined) throw new Error('reset');
    })(),
  );
}
