import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openStore, type Store } from '../store/index.ts';
import { createKeptDigests, keepDigests, type Objects, objectMigrations, openObjects } from './index.ts';

const root = mkdtempSync(join(tmpdir(), 'kept-'));
let store: Store;
let plain: Objects;
let objects: Objects;
beforeAll(async () => {
  store = await openStore({ database: 'sqlite', folder: root });
  await store.migrate(objectMigrations);
  plain = await openObjects(join(root, 'objects'));
  objects = keepDigests(plain, deps());
});
afterAll(async () => {
  await objects[Symbol.asyncDispose]();
  await store[Symbol.asyncDispose]();
});

const isKept = (key: string) => !key.startsWith('free/');
const deps = () => ({ store, place: 'here', isKept, statedDigest: () => null });
const digests = () => createKeptDigests(deps());
const buildObjectPath = (key: string) => join(root, 'objects', key);

async function readObjectText(key: string): Promise<string> {
  const { content } = await objects.open(key);
  const chunks: Buffer[] = [];
  for await (const chunk of content) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

/** Ends when the clock of the file system has moved on: a file that is replaced within one tick may keep its stamp. */
function waitForTick(): void {
  const stamp = () => {
    writeFileSync(join(root, 'clock'), '');
    return statSync(join(root, 'clock'), { bigint: true }).ctimeNs;
  };
  for (const first = stamp(); stamp() === first; );
}

describe('objects with kept digests', () => {
  it('have the digest of what was put last, also when many put at once', async () => {
    const texts = Array.from({ length: 20 }, (_, index) => `text ${index}`);
    await Promise.all(texts.map((text) => objects.put('many/one', Readable.from([Buffer.from(text)]))));
    expect(texts).toContain(await readObjectText('many/one'));
    expect(await digests().find('many/one')).toMatchObject((await plain.digest('many/one')) ?? {});
  });

  it('are not opened when their bytes are no longer those that were put', async () => {
    await objects.put('flipped', 'abcdef');
    waitForTick();
    rmSync(buildObjectPath('flipped'));
    writeFileSync(buildObjectPath('flipped'), 'abcdeF');
    await expect(objects.open('flipped')).rejects.toMatchObject({ code: 'object_damaged' });
    await objects.put('flipped', 'new');
    expect(await readObjectText('flipped')).toBe('new');
  });

  it('are missing, and not unknown, when their file is gone', async () => {
    await objects.put('lost', 'text');
    await expect.poll(() => digests().find('lost')).toMatchObject({ previous: null });
    rmSync(buildObjectPath('lost'));
    await expect(objects.open('lost')).rejects.toMatchObject({ code: 'object_damaged' });
    await objects.remove('lost');
    await expect(objects.open('lost')).rejects.toMatchObject({ code: 'object_not_found' });
  });

  it('move with their digest, and a removed folder takes its digests along', async () => {
    await objects.put('folder/a', 'a');
    await objects.put('folder/b/c', 'c');
    await objects.put('folder-beside', 'beside');
    await objects.rename('folder/a', 'folder/moved');
    expect([await digests().find('folder/a'), await readObjectText('folder/moved')]).toEqual([null, 'a']);
    await objects.remove('folder');
    const left: string[] = [];
    for await (const { key } of digests().all()) left.push(key);
    expect(left.filter((key) => key.startsWith('folder'))).toEqual(['folder-beside']);
  });

  it('are readable before and after a put that a crash cut off at any point', async () => {
    await objects.put('crashed', 'old');
    const cutOff = objects.put('crashed', 'new', async () => {
      throw new Error('crash before the digest');
    });
    await expect(cutOff).rejects.toThrow('crash');
    expect(await readObjectText('crashed')).toBe('old');
    // The digest of the new bytes is stored, and the object is still the old one.
    const old = await digests().find('crashed');
    const next = await plain.put('elsewhere', 'new');
    await digests().save({ ...next, key: 'crashed', previous: old?.sha256 ?? '', stamp: null, damage: null });
    expect(await readObjectText('crashed')).toBe('old');
    await plain.put('crashed', 'new');
    expect(await readObjectText('crashed')).toBe('new');
  });

  it('keep no digest where none is asked for', async () => {
    await objects.put('free/one', '1');
    expect(await digests().find('free/one')).toBeNull();
    expect(await readObjectText('free/one')).toBe('1');
  });
});
