import { createHash } from 'node:crypto';
import { mkdtempSync, renameSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createDigester, readFileStamp } from './index.ts';

const folder = mkdtempSync(join(tmpdir(), 'digests-'));
const place = (name: string) => join(folder, name);

/** The clock of a file system moves every few milliseconds: writes until it has. */
async function nextTick(stamp: string | undefined): Promise<void> {
  const tickOf = (text: string | undefined) => text?.split('-')[1];
  do writeFileSync(place('clock'), '');
  while (tickOf((await readFileStamp(place('clock')))?.stamp) === tickOf(stamp));
}

describe('the digest of a file', () => {
  it.each([0, 1, 256 * 1024, 256 * 1024 + 1, 3_000_001])('is the SHA-256 of its %i bytes', async (sizeBytes) => {
    const content = Buffer.alloc(sizeBytes, 'steelyard');
    writeFileSync(place(`${sizeBytes}`), content);
    await using digester = createDigester();
    expect(await digester.digest(place(`${sizeBytes}`))).toEqual({
      sizeBytes,
      sha256: createHash('sha256').update(content).digest('hex'),
    });
  });

  it('answers many files that are asked for at once, and says which one is not there', async () => {
    await using digester = createDigester();
    const paths = Array.from({ length: 8 }, (_, index) => place(`many-${index}`));
    for (const [index, path] of paths.entries()) writeFileSync(path, Buffer.alloc(400_000, index));
    const digests = await Promise.all(paths.map((path) => digester.digest(path)));
    expect(new Set(digests.map(({ sha256 }) => sha256)).size).toBe(8);
    await expect(digester.digest(place('absent'))).rejects.toMatchObject({ code: 'ENOENT' });
  });
});

describe('the stamp of a file', () => {
  it('differs after a write that keeps size and modification time, and after a swap', async () => {
    const [one, other] = [place('one'), place('other')];
    writeFileSync(one, 'aaaa');
    writeFileSync(other, 'bbbb');
    const before = await readFileStamp(one);
    expect(await readFileStamp(one)).toEqual(before);
    await nextTick(before?.stamp);
    const time = new Date('2026-10-01T00:00:00Z');
    writeFileSync(one, 'cccc');
    utimesSync(one, time, time);
    const written = await readFileStamp(one);
    expect(written).not.toEqual(before);
    utimesSync(other, time, time);
    renameSync(other, one);
    expect(await readFileStamp(one)).not.toEqual(written);
  });

  it('is null where there is no file', async () => {
    expect(await readFileStamp(place('never'))).toBeNull();
    expect(await readFileStamp(join(place('one'), 'below'))).toBeNull();
    expect(await readFileStamp(folder)).toBeNull();
  });
});
