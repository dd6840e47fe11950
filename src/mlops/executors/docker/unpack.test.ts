import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pack } from 'tar-stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { normalizeInnerPath, unpack as unpackAs } from '../../../platform/archives/index.ts';
import { settle } from './settle.ts';

const unpack = (archive: Readable, folder: string) => unpackAs(archive, folder, { strange: 'left out' });

type Part = Parameters<ReturnType<typeof pack>['entry']>[0] & { content?: string };

function buildArchive(...parts: readonly Part[]): Readable {
  const archive = pack();
  for (const { content = '', ...header } of parts) archive.entry(header, content);
  archive.finalize();
  // A reader that stops early destroys the stream.
  archive.on('error', () => undefined);
  return Readable.from(archive);
}

let folder: string;
let outside: string;
let target: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'unpack-'));
  outside = join(folder, 'outside');
  target = join(folder, 'target');
  mkdirSync(outside);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('an archive that comes back', () => {
  it('gives its files and folders, with who may run them and no more rights', async () => {
    const { leftOut } = await unpack(
      buildArchive(
        { name: 'made/', type: 'directory', mode: 0o700 },
        { name: 'made/a.txt', content: 'a', mode: 0o4777 },
        { name: 'made/deep/b.txt', content: 'b', mode: 0o600 },
      ),
      target,
    );
    expect(leftOut).toEqual([]);
    expect(readFileSync(join(target, 'made/a.txt'), 'utf8')).toBe('a');
    expect(statSync(join(target, 'made/a.txt')).mode & 0o7777).toBe(0o755);
    expect(readFileSync(join(target, 'made/deep/b.txt'), 'utf8')).toBe('b');
  });

  it.each<[string, Part]>([
    ['a name that leads out', { name: '../outside/a.txt', content: 'bad' }],
    ['a name that leads out on a detour', { name: 'made/../../outside/a.txt', content: 'bad' }],
    ['an absolute name', { name: '/outside/a.txt', content: 'bad' }],
    ['a name of another system', { name: '..\\outside\\a.txt', content: 'bad' }],
    ['a symbolic link', { name: 'link', type: 'symlink', linkname: '/etc/passwd' }],
    ['a hard link that leads out', { name: 'link', type: 'link', linkname: '../outside/there.txt' }],
    ['a hard link to what is not in it', { name: 'link', type: 'link', linkname: 'nowhere' }],
    ['a device', { name: 'device', type: 'character-device', devmajor: 1, devminor: 3 }],
    ['a pipe', { name: 'pipe', type: 'fifo' }],
  ])('leaves out %s, says so, and goes on', async (_, part) => {
    writeFileSync(join(outside, 'there.txt'), 'secret');
    const { leftOut } = await unpack(buildArchive(part, { name: 'after.txt', content: 'after' }), target);
    expect(leftOut).toEqual([part.name]);
    expect(readdirSync(target)).toEqual(['after.txt']);
    expect(readdirSync(outside)).toEqual(['there.txt']);
  });

  it('writes nothing through a link that it brings along', async () => {
    const link: Part = { name: 'made/link', type: 'symlink', linkname: outside };
    const { leftOut } = await unpack(buildArchive(link, { name: 'made/link/a.txt', content: 'a' }), target);
    expect(leftOut).toEqual(['made/link']);
    expect(readdirSync(outside)).toEqual([]);
    expect(lstatSync(join(target, 'made/link')).isDirectory()).toBe(true);
  });

  it('gives a hard link as the file that it is a name of', async () => {
    await unpack(buildArchive({ name: 'a', content: 'one' }, { name: 'b', type: 'link', linkname: 'a' }), target);
    expect(readFileSync(join(target, 'b'), 'utf8')).toBe('one');
  });

  it('that names a file twice leaves the last one', async () => {
    await unpack(buildArchive({ name: 'a', content: 'one' }, { name: 'a', content: 'two' }), target);
    expect(readFileSync(join(target, 'a'), 'utf8')).toBe('two');
  });

  it('that ends too early is an error', async () => {
    const [whole] = await buildArchive({ name: 'a', content: 'x'.repeat(4_000) }).toArray();
    await expect(unpack(Readable.from([whole, Buffer.alloc(100)]), target)).rejects.toThrow();
  });

  it('whose names contradict each other is an error', async () => {
    const large = 'x'.repeat(2_000_000);
    const parts = [
      { name: 'a', content: 'one' },
      { name: 'a/b', content: large },
      { name: 'c', content: large },
    ];
    const chunks = await buildArchive(...parts).toArray();
    await expect(unpack(Readable.from(chunks), target)).rejects.toThrow('a file and a folder of the same path');
  });

  it('goes to its place in the workspace, and not where a link of the workspace leads', async () => {
    const workspace = join(folder, 'workspace');
    mkdirSync(workspace);
    symlinkSync(outside, join(workspace, 'way'));
    writeFileSync(join(folder, 'made'), 'new');
    await settle(join(folder, 'made'), workspace, 'way/deep/made');
    expect(readFileSync(join(workspace, 'way/deep/made'), 'utf8')).toBe('new');
    expect(readdirSync(outside)).toEqual([]);
  });

  it('takes the place of what was there', async () => {
    mkdirSync(join(folder, 'workspace/made/old'), { recursive: true });
    mkdirSync(join(folder, 'made'));
    await settle(join(folder, 'made'), join(folder, 'workspace'), 'made');
    expect(existsSync(join(folder, 'workspace/made/old'))).toBe(false);
  });
});

describe('a path in a folder', () => {
  it.each([
    ['a', 'a'],
    ['./a//b/', 'a/b'],
    ['a/../b', 'b'],
    ['.', null],
    ['', null],
    ['..', null],
    ['a/../..', null],
    ['/a', null],
    ['a\0b', null],
  ])('%j is %j', (path, inside) => {
    expect(normalizeInnerPath(path)).toBe(inside);
  });
});
