import { existsSync, mkdirSync, mkdtempSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { type Header, pack } from 'tar-stream';
import { expect, it } from 'vitest';
import { packFiles, unpack } from './index.ts';

const folder = () => mkdtempSync(join(tmpdir(), 'archives-'));

async function packArchive(...entries: [Partial<Header> & { name: string }, string?][]): Promise<Readable> {
  const archive = pack();
  for (const [header, content] of entries) archive.entry(header, content ?? '');
  archive.finalize();
  return Readable.from([await buffer(archive)]);
}

it('brings back what was packed: files, folders, links inside, and what may be run', async () => {
  const from = folder();
  mkdirSync(join(from, 'deep/er'), { recursive: true });
  writeFileSync(join(from, 'deep/er/a.txt'), 'a'.repeat(200_000));
  writeFileSync(join(from, 'run.sh'), 'echo', { mode: 0o755 });
  writeFileSync(join(from, 'empty'), '');
  symlinkSync('er/a.txt', join(from, 'deep/link'));
  const to = folder();
  await unpack(packFiles(from, ['.', 'not-there']), to);
  expect(readFileSync(join(to, 'deep/link'), 'utf8')).toHaveLength(200_000);
  expect(statSync(join(to, 'run.sh')).mode & 0o111).not.toBe(0);
  expect(readFileSync(join(to, 'empty'), 'utf8')).toBe('');
});

it('reads gzip as well, and nothing at all', async () => {
  const to = folder();
  const archive = await buffer(await packArchive([{ name: './a' }, 'x']));
  await unpack(Readable.from([gzipSync(archive)]), to);
  expect(readFileSync(join(to, 'a'), 'utf8')).toBe('x');
  await unpack(Readable.from([]), to);
});

it.each<[string, [Partial<Header> & { name: string }, string?][]]>([
  ['a name that climbs', [[{ name: '../out' }, 'x']]],
  ['a name that climbs later', [[{ name: 'a/../../out' }, 'x']]],
  ['a name of another system', [[{ name: '..\\out' }, 'x']]],
  ['an absolute name', [[{ name: '/tmp/steelyard-out' }, 'x']]],
  ['a link out', [[{ name: 'l', type: 'symlink', linkname: '/etc' }]]],
  ['a link that climbs', [[{ name: 'l', type: 'symlink', linkname: '../..' }]]],
  [
    'a file behind a link',
    [[{ name: 'd', type: 'directory' }], [{ name: 'l', type: 'symlink', linkname: 'd' }], [{ name: 'l/x' }, 'x']],
  ],
  ['a file over a link', [[{ name: 'l', type: 'symlink', linkname: 'd' }], [{ name: 'l' }, 'x']]],
  ['a hard link', [[{ name: 'h', type: 'link', linkname: '/etc/passwd' }]]],
  ['a name of 300 characters', [[{ name: 'n'.repeat(300) }, 'x']]],
  ['a path of 5,000 characters', [[{ name: 'nn/'.repeat(1700) }, 'x']]],
  [
    'a file in a file',
    [
      [{ name: 'f' }, 'x'],
      [{ name: 'f/g' }, 'x'],
    ],
  ],
  ['a folder where a file is', [[{ name: 'f' }, 'x'], [{ name: 'f', type: 'directory' }]]],
  ['a device', [[{ name: 'dev', type: 'block-device' }]]],
  [
    'a file twice',
    [
      [{ name: 'a' }, '1'],
      [{ name: 'a' }, '2'],
    ],
  ],
])('refuses %s', async (_, entries) => {
  const to = folder();
  await expect(unpack(await packArchive(...entries), to)).rejects.toMatchObject({ code: 'archive_invalid' });
  expect(existsSync(join(to, '../out'))).toBe(false);
});

it('refuses what is no archive, what ends too soon, and more than is taken', async () => {
  const whole = await buffer(await packArchive([{ name: 'a' }, 'x'.repeat(5000)]));
  await expect(unpack(Readable.from([Buffer.alloc(3000, 'no tar')]), folder())).rejects.toMatchObject({
    code: 'archive_invalid',
  });
  await expect(unpack(Readable.from([whole.subarray(0, 2000)]), folder())).rejects.toMatchObject({
    code: 'archive_invalid',
  });
  await expect(unpack(Readable.from([gzipSync(whole).subarray(0, 30)]), folder())).rejects.toMatchObject({
    code: 'archive_invalid',
  });
  const limits = { maxBytes: 100, maxFiles: 10 };
  await expect(unpack(Readable.from([whole]), folder(), limits)).rejects.toMatchObject({ code: 'payload_too_large' });
});
