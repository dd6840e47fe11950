import { existsSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { type Objects, openObjects } from '../objects/index.ts';
import { openStore, type Store } from '../store/index.ts';
import { type Lake, lakeMigrations, openLake, type StagedFile } from './index.ts';

const COIN = { name: 'coin', columns: { id: 'INTEGER' } };
const PLENTY = 1_000_000_000;

let data: string;
let bucket: string;
let objects: Objects;
let store: Store;
let lake: Lake;

/** A folder with the contract of a bucket: the suite of `Objects` holds for both. */
beforeEach(async () => {
  data = mkdtempSync(join(tmpdir(), 'bucket-'));
  bucket = join(data, 'bucket');
  objects = await openObjects(bucket);
  store = await openStore({ database: 'sqlite', folder: data });
  await store.migrate(lakeMigrations);
  lake = await openServer('a');
  onTestFinished(async () => {
    for (const part of [store, objects]) await part[Symbol.asyncDispose]();
  });
});

const cacheOf = (name: string) => join(data, 'cache', name);

async function openServer(name: string, { cacheBytes = PLENTY, from = objects } = {}): Promise<Lake> {
  const place = { root: cacheOf(name), bucket: { objects: from, cacheBytes } };
  const opened = await openLake({ ...place, readable: [], memory: '256MB', threads: 1 });
  onTestFinished(() => opened[Symbol.asyncDispose]());
  return opened;
}

const stage = (id: number, by = lake) => by.session((session) => session.stage(COIN, 'p', `SELECT ${id} AS id`));
const swap = (add: readonly StagedFile[]) => store.transaction((sql) => lake.swap(sql, COIN, { remove: [], add }));

async function stageMany(count: number): Promise<StagedFile[]> {
  const files = await Promise.all(Array.from({ length: count }, (_, id) => stage(id + 1)));
  await swap(files);
  return files;
}

async function sumOf(by: Lake): Promise<unknown> {
  return (await by.query(`SELECT sum(id)::INTEGER AS sum FROM ${await by.relation(store, COIN)}`))[0]?.sum;
}

const copiesOf = (name: string) =>
  existsSync(join(cacheOf(name), 'coin')) ? readdirSync(join(cacheOf(name), 'coin')) : [];

describe('a lake in a bucket', () => {
  it('is read by another server through copies that it loads once', async () => {
    const [file] = await stageMany(3);
    const other = await openServer('b');
    expect([await sumOf(other), copiesOf('b').length]).toEqual([6, 3]);
    const path = join(cacheOf('b'), file?.path ?? '');
    const written = statSync(path).ino;
    expect([await sumOf(other), statSync(path).ino]).toEqual([6, written]);
  });

  it('serves many statements at the same time from a cache that is too small for them', async () => {
    const files = await stageMany(8);
    const small = await openServer('b', { cacheBytes: files[0]?.sizeBytes ?? 0 });
    const statements = Array.from({ length: 60 }, async (_, at) => {
      const file = files[at % files.length];
      if (file === undefined) return;
      const [row] = await small.query(`SELECT id FROM ${small.stagedRelation(COIN, [file])}`);
      return row?.id === (at % files.length) + 1;
    });
    expect(new Set(await Promise.all(statements))).toEqual(new Set([true]));
  });

  it('takes over the copies of an earlier process, but none that was changed meanwhile', async () => {
    const [changed, same] = await stageMany(2);
    await lake[Symbol.asyncDispose]();
    writeFileSync(join(cacheOf('a'), changed?.path ?? ''), 'x'.repeat(changed?.sizeBytes ?? 0));
    rmSync(join(bucket, same?.path ?? ''));
    expect(await sumOf(await openServer('a'))).toBe(3);
  });

  it('loads a copy again that was changed or deleted while the server runs', async () => {
    const [changed, deleted] = await stageMany(2);
    writeFileSync(join(cacheOf('a'), changed?.path ?? ''), 'x');
    rmSync(join(cacheOf('a'), deleted?.path ?? ''));
    expect(await sumOf(lake)).toBe(3);
  });

  it('fails with the error of the bucket, and writes nothing that a manifest names', async () => {
    await stageMany(1);
    const refuse = async () => Promise.reject(Object.assign(new Error('away'), { code: 'bucket_unreachable' }));
    const away = { ...objects, put: refuse, open: refuse } as Objects;
    const other = await openServer('b', { from: away });
    await expect(sumOf(other)).rejects.toThrow('away');
    await expect(stage(2, other)).rejects.toThrow('away');
    expect([copiesOf('b'), readdirSync(join(bucket, 'coin')).length]).toEqual([[], 1]);
  });
});
