import { PassThrough, Readable } from 'node:stream';
import { buffer, text } from 'node:stream/consumers';
import { finished } from 'node:stream/promises';
import { describe, expect, it } from 'vitest';
import { copyStream, HeldEnd } from './tee.ts';

describe('a copy of what passes', () => {
  it('does not make it flow before somebody reads, and has all of it then', async () => {
    const source = new PassThrough();
    const copy = copyStream(source, 100);
    source.end('abc');
    expect(copy.whole()?.toString()).toBe('');
    expect(await text(source)).toBe('abc');
    expect(copy.whole()?.toString()).toBe('abc');
  });

  it('is none where there is no room for it; what passes is whole', async () => {
    const source = Readable.from([Buffer.alloc(60), Buffer.alloc(60)]);
    const copy = copyStream(source, 100);
    expect((await buffer(source)).length).toBe(120);
    expect(copy.whole()).toBe(null);
  });
});

describe('a held end', () => {
  it('lets all but the last part go at once, and that when it may', async () => {
    const kept = Promise.withResolvers<void>();
    const held = new HeldEnd(() => kept.promise);
    const seen: string[] = [];
    held.on('data', (part: Buffer) => void seen.push(part.toString()));
    held.write('a');
    held.write('b');
    await expect.poll(() => seen).toEqual(['a']);
    held.end('c');
    await expect.poll(() => seen).toEqual(['a', 'b']);
    kept.resolve();
    await finished(held);
    expect(seen).toEqual(['a', 'b', 'c']);
  });

  it('breaks off where it may not', async () => {
    const held = new HeldEnd(() => Promise.reject(new Error('the disk is full')));
    held.end('a');
    await expect(text(held)).rejects.toThrow('the disk is full');
  });
});
