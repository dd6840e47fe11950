import { mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { beforeEach, describe, expect, it } from 'vitest';
import { type Objects, openObjects } from './index.ts';

let root: string;
let objects: Objects;

beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'objects-'));
  objects = await openObjects(root);
});

describe('objects in a local folder', () => {
  it('gives back what was put, with size and hash', async () => {
    const facts = await objects.put('a/b.txt', Readable.from([Buffer.from('hel'), Buffer.from('lo')]));
    expect(facts).toEqual({
      key: 'a/b.txt',
      sizeBytes: 5,
      sha256: '2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824',
    });
    expect(await text((await objects.open('a/b.txt')).content)).toBe('hello');
    expect(await text((await objects.open('a/b.txt', { start: 1, end: 3 })).content)).toBe('el');
  });

  it('lists files and folders by name, and nothing for a file', async () => {
    await objects.put('m/z', 'zz');
    await objects.put('m/sub/x', '');
    expect(await objects.list('m')).toEqual([
      { name: 'sub', isFolder: true, sizeBytes: null },
      { name: 'z', isFolder: false, sizeBytes: 2 },
    ]);
    expect(await objects.list('m/z')).toEqual([]);
    expect(await objects.list('')).toEqual([{ name: 'm', isFolder: true, sizeBytes: null }]);
  });

  it('shows nothing of a put whose source breaks off, and keeps the old content', async () => {
    await objects.put('k', 'old');
    const broken = Readable.from(
      (async function* () {
        yield Buffer.from('half');
        throw new Error('connection lost');
      })(),
    );
    await expect(objects.put('k', broken)).rejects.toThrow('connection lost');
    expect(await text((await objects.open('k')).content)).toBe('old');
  });

  it.each([
    '../x',
    'a/../../x',
    '/etc/passwd',
    '..%2fx',
    '%252e%252e/x',
    'a\\..\\b',
    'C:/x',
    'a\0b',
    '.',
    'a#b',
    '.incoming/x',
  ])('refuses the path %j', async (key) => {
    await expect(objects.put(key, 'x')).rejects.toMatchObject({ code: 'object_path_invalid' });
    await expect(objects.open(key)).rejects.toMatchObject({ code: 'object_path_invalid' });
  });

  it('refuses to follow a link out of the root', async () => {
    const outside = mkdtempSync(join(tmpdir(), 'outside-'));
    writeFileSync(join(outside, 'secret'), 's');
    symlinkSync(outside, join(root, 'link'));
    await expect(objects.open('link/secret')).rejects.toMatchObject({ code: 'object_path_invalid' });
    await expect(objects.put('link/new', 'x')).rejects.toMatchObject({ code: 'object_path_invalid' });
  });

  it('removes a folder with all under it, and removing nothing is no error', async () => {
    await objects.put('d/1', '1');
    await objects.remove('d');
    await objects.remove('d');
    expect(await objects.size('d/1')).toBeNull();
    await expect(objects.remove('')).rejects.toMatchObject({ code: 'object_path_invalid' });
  });

  it('says not found for a missing object', async () => {
    await expect(objects.open('nope')).rejects.toMatchObject({ code: 'object_not_found' });
  });
});
