import { mkdtempSync, readdirSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { openStore, type Store } from '../store/index.ts';
import { type Lake, lakeMigrations, openLake, type StagedFile } from './index.ts';

const COIN = { name: 'coin', columns: { id: 'INTEGER' } };
const HOUR_MS = 3_600_000;

let root: string;
let store: Store;
/** Lakes of two servers on the same files. */
let a: Lake;
let b: Lake;

beforeEach(async () => {
  const data = mkdtempSync(join(tmpdir(), 'leftovers-'));
  root = join(data, 'lake');
  store = await openStore({ database: 'sqlite', folder: data });
  await store.migrate(lakeMigrations);
  const open = (name: string) =>
    openLake({ root, readable: [], memory: '256MB', threads: 1, shared: { spill: join(data, name) } });
  [a, b] = [await open('a'), await open('b')];
  onTestFinished(async () => {
    for (const part of [a, b, store]) await part[Symbol.asyncDispose]();
  });
});

const stage = (lake: Lake, id: number) => lake.session((session) => session.stage(COIN, 'p', `SELECT ${id} AS id`));
const swap = (add: readonly StagedFile[], remove: readonly string[] = []) =>
  store.transaction((sql) => a.swap(sql, COIN, { remove, add }));
const age = (path: string, ms: number) => {
  const then = (Date.now() - ms) / 1000;
  utimesSync(join(root, path), then, then);
};
const names = () => readdirSync(join(root, 'coin')).length;

describe('a lake of two servers', () => {
  it('keeps a superseded file while the other server may read it', async () => {
    const old = await stage(a, 1);
    await swap([old]);
    const relation = await b.relation(store, COIN);
    await swap([await stage(a, 2)], ['p']);
    await a.removeSuperseded(store, COIN);
    age(old.path, 48 * HOUR_MS);
    await b.removeOrphans(store);
    expect(await b.query(`SELECT id FROM ${relation}`)).toEqual([{ id: 1 }]);
    expect(await a.upkeep.leftovers(store, Date.now())).toEqual([]);
    age(`${old.path}.removed`, HOUR_MS);
    expect([await b.removeOrphans(store), await a.removeOrphans(store), names()]).toEqual([1, 0, 1]);
  });
});
