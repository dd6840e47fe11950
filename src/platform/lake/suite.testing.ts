import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { buffer } from 'node:stream/consumers';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Objects } from '../objects/index.ts';
import { COIN, HOUR_MS, LakeBench, MINUTE_MS, stage, type TestedPlace } from './bench.testing.ts';
import type { Lake, StagedFile } from './index.ts';

type Opened = () => { readonly bench: LakeBench; readonly lake: Lake };

/** Contract of every lake, wherever its files are. */
export function lakeSuite(kind: string, newPlace: () => Promise<TestedPlace>): void {
  describe(`a lake in ${kind}`, () => {
    let bench: LakeBench;
    let lake: Lake;
    beforeEach(async () => {
      bench = await LakeBench.open(await newPlace());
      lake = await bench.server('a');
    });
    const opened = () => ({ bench, lake });
    manifestTests(opened);
    readTests(opened);
    removalTests(opened);
    damageTests(opened);
    replaceTests(opened);
  });
}

/** Contract of a lake that several servers read and write. */
export function sharedLakeSuite(kind: string, newPlace: () => Promise<TestedPlace>): void {
  describe(`a lake in ${kind}, of two servers`, () => {
    let bench: LakeBench;
    let lake: Lake;
    beforeEach(async () => {
      bench = await LakeBench.open(await newPlace());
      lake = await bench.server('a');
    });
    const opened = () => ({ bench, lake });
    writerTests(opened);
    sweepTests(opened);
  });
}

/** Contract of a lake whose files are read through copies. */
export function copiedLakeSuite(kind: string, newPlace: () => Promise<TestedPlace>): void {
  describe(`copies of a lake in ${kind}`, () => {
    let bench: LakeBench;
    let lake: Lake;
    beforeEach(async () => {
      bench = await LakeBench.open(await newPlace());
      lake = await bench.server('a');
    });
    copyTests(() => ({ bench, lake }));
  });
}

function manifestTests(opened: Opened): void {
  it('shows what was swapped in, and every older state', async () => {
    const { bench, lake } = opened();
    expect(await bench.sum(lake)).toBeNull();
    await bench.swap(lake, [await stage(lake, 1), await stage(lake, 2, 'aws/2026-11')]);
    await bench.swap(lake, [await stage(lake, 5)], ['aws/2026-10']);
    expect([await bench.sum(lake), await lake.partitions(bench.store, COIN)]).toEqual([
      7,
      ['aws/2026-10', 'aws/2026-11'],
    ]);
    const newest = await lake.sequence(bench.store, COIN);
    const sums = [newest, newest - 1, newest - 2].map(async (at) => {
      const relation = await lake.relation(bench.store, COIN, { at });
      return (await lake.query(`SELECT sum(id)::INTEGER AS sum FROM ${relation}`))[0]?.sum;
    });
    expect(await Promise.all(sums)).toEqual([7, 3, null]);
  });

  it('changes nothing when the transaction of a swap fails', async () => {
    const { bench, lake } = opened();
    await bench.stageMany(lake, 1);
    const next = await stage(lake, 9);
    const failing = bench.store.transaction(async (sql) => {
      await lake.swap(sql, COIN, { remove: ['aws/2026-10'], add: [next] });
      throw new Error('crash');
    });
    await expect(failing).rejects.toThrow('crash');
    expect(await bench.sum(lake)).toBe(1);
  });

  it('keeps files that it does not show, for a later swap', async () => {
    const { bench, lake } = opened();
    await bench.stageMany(lake, 1);
    const kept = await stage(lake, 4);
    await bench.store.transaction((sql) => lake.keep(sql, COIN, [kept]));
    expect([await bench.sum(lake), await bench.sweep(lake, 48 * HOUR_MS)]).toEqual([1, 0]);
    expect(await bench.sweep(lake, 72 * HOUR_MS)).toBe(0);
    await bench.swap(lake, [kept], ['aws/2026-10']);
    expect([await bench.sum(lake), await lake.filesById(bench.store, COIN, [kept.id])]).toEqual([4, [kept]]);
  });

  it('has the size and the digest of each file in the manifest', async () => {
    const { bench, lake } = opened();
    const [file] = await bench.stageMany(lake, 1);
    if (file === undefined) return expect.unreachable();
    const found = await bench.place.files.digest(file.path);
    expect(found).toEqual({ sizeBytes: file.sizeBytes, sha256: file.sha256 });
    expect(await lake.files(bench.store, COIN)).toEqual([file]);
  });
}

function readTests(opened: Opened): void {
  it('derives a file from others, and reads staged files before they are swapped in', async () => {
    const { bench, lake } = opened();
    const files = await bench.stageMany(lake, 3);
    const derived = await lake.session(async (session) => {
      const relation = lake.stagedRelation(COIN, files);
      return session.stage(COIN, 'all', `SELECT sum(id)::INTEGER AS id, min(note) AS note FROM ${relation}`);
    });
    const relation = lake.stagedRelation(COIN, [derived]);
    expect(await lake.query(`SELECT id FROM ${relation}`)).toEqual([{ id: 6 }]);
  });

  it('streams and exports rows of many files', async () => {
    const { bench, lake } = opened();
    await bench.stageMany(lake, 4);
    const select = `SELECT id FROM ${await lake.relation(bench.store, COIN)} ORDER BY id`;
    const rows: unknown[] = [];
    for await (const chunk of lake.stream(select)) rows.push(...chunk.map(({ id }) => id));
    expect(rows).toEqual([1, 2, 3, 4]);
    expect((await buffer(await lake.exported(select, 'csv'))).toString()).toBe('id\n1\n2\n3\n4\n');
  });

  it('answers many statements at the same time', async () => {
    const { bench, lake } = opened();
    const files = await bench.stageMany(lake, 6);
    const sums = Array.from({ length: 40 }, async (_, at) => {
      const some = files.filter((_file, index) => (index + at) % 3 !== 0);
      const [row] = await lake.query(`SELECT count(*)::INTEGER AS rows FROM ${lake.stagedRelation(COIN, some)}`);
      return row?.rows;
    });
    expect(new Set(await Promise.all(sums))).toEqual(new Set([4]));
  });

  it('gives a backup the bytes of a file', async () => {
    const { bench, lake } = opened();
    const [file] = await bench.stageMany(lake, 2);
    if (file === undefined) return expect.unreachable();
    const again = await bench.server('again');
    const read = await again.upkeep.read(file, async (path) => readFileSync(path));
    const { content } = await bench.place.files.open(file.path);
    expect(read.equals(await buffer(content))).toBe(true);
  });
}

function removalTests(opened: Opened): void {
  /** Sweeps until nothing can need a file that has left the manifest. */
  const sweepAll = async ({ bench, lake }: ReturnType<Opened>) => {
    await bench.sweep(lake, 25 * HOUR_MS);
    await bench.sweep(lake, 26 * HOUR_MS);
  };

  it('forgets single files for good, and keeps the others', async () => {
    const { bench, lake } = opened();
    const [gone, kept] = await bench.stageMany(lake, 2);
    if (gone === undefined || kept === undefined) return expect.unreachable();
    const forgotten = await bench.store.transaction((sql) => lake.forgetById(sql, COIN, [gone.id, 'unknown']));
    expect(forgotten.map(({ id }) => id)).toEqual([gone.id]);
    await lake.removeForgotten(forgotten);
    await sweepAll(opened());
    expect([await bench.names(), await bench.sum(lake)]).toEqual([[`${kept.id}.parquet`], 2]);
    expect(await lake.keptById(bench.store, COIN, [gone.id, kept.id])).toEqual([kept]);
  });

  it('keeps superseded files while work holds them, and removes them afterwards', async () => {
    const { bench, lake } = opened();
    await bench.stageMany(lake, 1);
    let release = () => {};
    const begun = Promise.withResolvers<string>();
    const holding = lake.hold(async () => {
      begun.resolve(await lake.relation(bench.store, COIN));
      await new Promise<void>((resolve) => (release = resolve));
    });
    const relation = await begun.promise;
    const fresh = await stage(lake, 8);
    await bench.swap(lake, [fresh], ['aws/2026-10']);
    const removing = lake.removeSuperseded(bench.store, COIN);
    for (const _ of [1, 2]) expect(await lake.query(`SELECT id FROM ${relation}`)).toEqual([{ id: 1 }]);
    // Neither removed nor marked.
    expect(await bench.names()).toHaveLength(2);
    release();
    await Promise.all([holding, removing]);
    await sweepAll(opened());
    expect([await bench.names(), await bench.sum(lake)]).toEqual([[`${fresh.id}.parquet`], 8]);
  });

  it('removes no file while a backup holds the lake', async () => {
    const { bench, lake } = opened();
    const staged = await stage(lake, 1);
    const hold = lake.upkeep.hold();
    await lake.discard([staged]);
    expect(await bench.holds(staged)).toBe(true);
    await hold[Symbol.asyncDispose]();
    expect(await bench.holds(staged)).toBe(false);
  });

  it('discards a staged file at once', async () => {
    const { bench, lake } = opened();
    await lake.discard([await stage(lake, 1)]);
    expect(await bench.names()).toEqual([]);
  });
}

/** Damages of a file, each with the words of its failure. */
const DAMAGES: readonly (readonly [why: string, damage: (files: Objects, file: StagedFile) => Promise<unknown>])[] = [
  ['is missing', (files, { path }) => files.remove(path)],
  ['does not match its digest', (files, { path, sizeBytes }) => files.put(path, Buffer.alloc(sizeBytes, 'x'))],
  ['has 3 bytes', (files, { path }) => files.put(path, 'PAR')],
];

function damageTests(opened: Opened): void {
  it.each(DAMAGES)('names table and month of a file that %s, and answers from the others', async (why, damage) => {
    const { bench, lake } = opened();
    const [october, november] = [await stage(lake, 1), await stage(lake, 2, 'aws/2026-11')];
    await bench.swap(lake, [october, november]);
    await damage(bench.place.files, october);
    // A server without copies.
    const fresh = await bench.server('fresh');
    const of = (partition: string) => fresh.relation(bench.store, COIN, { partitions: [partition] });
    const detail = expect.stringMatching(new RegExp(`table coin of 2026-10.*${why}.*steelyard verify --repair`));
    const failure = { code: 'lake_file_damaged', message: detail };
    const select = `SELECT id FROM ${await of('aws/2026-10')}`;
    await expect(fresh.query(select)).rejects.toMatchObject(failure);
    await expect(fresh.session((session) => session.stage(COIN, 'x', select))).rejects.toMatchObject(failure);
    await expect(fresh.upkeep.read(october, async () => undefined)).rejects.toMatchObject(failure);
    expect(await fresh.query(`SELECT id FROM ${await of('aws/2026-11')}`)).toEqual([{ id: 2 }]);
    expect(await fresh.upkeep.inspect(october)).toMatchObject({ damage: expect.stringContaining(why) });
    expect(await fresh.upkeep.inspect(november)).toMatchObject({ damage: null, found: { sha256: november.sha256 } });
  });
}

function replaceTests(opened: Opened): void {
  it.each(DAMAGES)('puts a rebuilt file in the place of one that %s, under its id', async (_why, damage) => {
    const { bench, lake } = opened();
    const [file] = await bench.stageMany(lake, 2);
    if (file === undefined) return expect.unreachable();
    await damage(bench.place.files, file);
    await lake.upkeep.note(bench.store, file, await lake.upkeep.inspect(file));
    expect((await lake.upkeep.damagedFiles(bench.store)).map(({ id }) => id)).toEqual([file.id]);
    await expect(bench.sum(lake)).rejects.toMatchObject({ code: 'lake_file_damaged' });
    await lake.upkeep.replace(bench.store, file, await stage(lake, 1));
    expect(await lake.upkeep.damagedFiles(bench.store)).toEqual([]);
    const [again] = await lake.filesById(bench.store, COIN, [file.id]);
    if (again === undefined) return expect.unreachable();
    expect(await lake.upkeep.inspect(again)).toMatchObject({ damage: null });
    const read = await lake.upkeep.read(again, async (path) => readFileSync(path));
    expect(createHash('sha256').update(read).digest('hex')).toBe(again.sha256);
    expect([await bench.sum(lake), await bench.sum(await bench.server('fresh'))]).toEqual([3, 3]);
    expect((await bench.names()).length).toBe(2);
  });
}

function writerTests(opened: Opened): void {
  it('shows each server the files of the other', async () => {
    const { bench, lake: a } = opened();
    const b = await bench.server('b');
    const write = async (lake: Lake, name: string, ids: readonly number[]) => {
      for (const id of ids) await bench.swap(lake, [await stage(lake, id, name)]);
    };
    await Promise.all([write(a, 'of-a', [1, 2, 3]), write(b, 'of-b', [10, 20, 30])]);
    expect([await bench.sum(a), await bench.sum(b)]).toEqual([66, 66]);
  });

  it('keeps superseded files for statements of the other server, and removes them later', async () => {
    const { bench, lake: a } = opened();
    const b = await bench.server('b');
    const [old] = await bench.stageMany(a, 1);
    if (old === undefined) return expect.unreachable();
    const relation = await b.relation(bench.store, COIN);
    await bench.swap(a, [await stage(a, 2)], ['aws/2026-10']);
    await a.removeSuperseded(bench.store, COIN);
    expect([await bench.sweep(b, 9 * MINUTE_MS), await bench.sweep(a, 9 * MINUTE_MS)]).toEqual([0, 0]);
    expect(await b.query(`SELECT id FROM ${relation}`)).toEqual([{ id: 1 }]);
    expect(await bench.sweep(b, 11 * MINUTE_MS)).toBe(1);
    expect([await bench.holds(old), (await bench.names()).length, await bench.sum(b)]).toEqual([false, 1, 2]);
  });

  it('leaves alone what the other server has staged', async () => {
    const { bench, lake: a } = opened();
    const b = await bench.server('b');
    const staged = await stage(a, 1);
    expect(await bench.sweep(b, 23 * HOUR_MS)).toBe(0);
    expect(await bench.sweep(b, 23 * HOUR_MS)).toBe(0);
    expect(await b.upkeep.leftovers(bench.store, Date.now() + 23 * HOUR_MS)).toEqual([]);
    await bench.swap(a, [staged]);
    expect([await bench.sum(a), await bench.sum(b)]).toEqual([1, 1]);
  });
}

function sweepTests(opened: Opened): void {
  it('removes what a server left between its put and its swap, in two steps and never earlier', async () => {
    const { bench, lake: a } = opened();
    const left = await stage(a, 1);
    await a[Symbol.asyncDispose]();
    const b = await bench.server('b');
    await bench.stageMany(b, 1);
    // The second sweep sets a mark, of now: only ten minutes later may a sweep remove the file.
    for (const inMs of [23 * HOUR_MS, 25 * HOUR_MS, 9 * MINUTE_MS])
      expect([await bench.sweep(b, inMs), await bench.holds(left)]).toEqual([0, true]);
    expect([await bench.sweep(b, 11 * MINUTE_MS), await bench.holds(left)]).toEqual([1, false]);
    expect([(await bench.names()).length, await bench.sum(b)]).toEqual([1, 1]);
  });

  it('takes the mark off a file that a manifest names again', async () => {
    const { bench, lake } = opened();
    const file = await stage(lake, 1);
    await bench.sweep(lake, 25 * HOUR_MS);
    expect(await bench.names()).toHaveLength(2);
    await bench.swap(lake, [file]);
    expect([await bench.sweep(lake, 48 * HOUR_MS), await bench.names()]).toEqual([0, [`${file.id}.parquet`]]);
  });
}

function copyTests(opened: Opened): void {
  it('answers from a cache that is smaller than the data, and stays below its limit when idle', async () => {
    const { bench, lake } = opened();
    const files = await bench.stageMany(lake, 6);
    const cacheBytes = 2 * (files[0]?.sizeBytes ?? 0);
    const small = await bench.server('small', { cacheBytes });
    for (let round = 0; round < 3; round += 1) {
      const sums = await Promise.all(Array.from({ length: 4 }, () => bench.sum(small)));
      expect([new Set(sums), bench.copiedBytes('small') <= cacheBytes]).toEqual([new Set([21]), true]);
    }
    await stage(small, 7);
    expect(bench.copiedBytes('small')).toBeLessThanOrEqual(cacheBytes);
  });

  it('keeps the copies that a session reads until it ends', async () => {
    const { bench, lake } = opened();
    await bench.stageMany(lake, 3);
    const small = await bench.server('small', { cacheBytes: 1 });
    const relation = await small.relation(bench.store, COIN);
    await small.session(async (session) => {
      for (let round = 0; round < 2; round += 1) {
        expect(await session.query(`SELECT sum(id)::INTEGER AS sum FROM ${relation}`)).toEqual([{ sum: 6 }]);
        expect(bench.copiedBytes('small')).toBeGreaterThan(1);
      }
    });
    expect(bench.copiedBytes('small')).toBe(0);
  });

  it('answer for an object that is gone', async () => {
    const { bench, lake } = opened();
    const [file] = await bench.stageMany(lake, 2);
    await bench.sum(lake);
    await bench.place.files.remove(file?.path ?? '');
    expect(await bench.sum(lake)).toBe(3);
  });

  it('are loaded again when their folder was removed', async () => {
    const { bench, lake } = opened();
    await bench.stageMany(lake, 2);
    bench.removeCopies('a');
    expect(await bench.sum(lake)).toBe(3);
    await bench.swap(lake, [await stage(lake, 4)]);
    expect(await bench.sum(lake)).toBe(7);
  });

  it('serve an earlier server of the same name that starts again', async () => {
    const { bench, lake } = opened();
    const files = await bench.stageMany(lake, 2);
    await lake[Symbol.asyncDispose]();
    for (const { path } of files) await bench.place.files.remove(path);
    expect(await bench.sum(await bench.server('a'))).toBe(3);
  });

  it('leave objects of others in the bucket alone', async () => {
    const { bench, lake } = opened();
    const others = ['coin/data.parquet', 'coin/notes.txt', 'top.parquet', 'deep/er/data.parquet'];
    for (const key of others) await bench.place.files.put(key, 'x');
    await bench.sweep(lake, 25 * HOUR_MS);
    await bench.sweep(lake, 25 * HOUR_MS);
    expect(await lake.upkeep.leftovers(bench.store, Date.now() + 48 * HOUR_MS)).toEqual([]);
    for (const key of others) expect(await bench.place.files.size(key)).toBe(1);
    expect((await bench.names()).length).toBe(2);
  });
}
