import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Objects } from '../objects/index.ts';
import {
  addRows,
  BUCKET,
  bucketFolder,
  COIN,
  createTestMoves,
  stage,
  sumRows,
  swap,
  type TestMoves,
  type TestServer,
} from './moves.testing.ts';

const HOUR_MS = 3_600_000;
let moves: TestMoves;
let server: TestServer;

beforeEach(async () => {
  moves = await createTestMoves();
  server = await moves.open('a');
});

const move = async (to: string, by = server) => {
  await by.moves.start(to);
  await by.drain();
  return (await by.moves.status()).move;
};
const digests = (folder: string) =>
  new Map(
    moves.list(folder).map((name) => [
      name,
      createHash('sha256')
        .update(readFileSync(join(moves.data, folder, 'coin', name)))
        .digest('hex'),
    ]),
  );
/** An `Objects` that fails at one of its calls, counted over all. */
const failingAt = (at: number, calls: { count: number }) => (objects: Objects) =>
  new Proxy(objects, {
    get(target, name, receiver) {
      const value: unknown = Reflect.get(target, name, receiver);
      if (typeof value !== 'function') return value;
      return (...words: unknown[]) => {
        if (typeof name === 'string') calls.count += 1;
        if (typeof name === 'string' && calls.count === at) return Promise.reject(new Error(`call ${at} fails`));
        return Reflect.apply(value, target, words) as unknown;
      };
    },
  });

describe('a move of the lake', () => {
  it('goes to a bucket and back, with the same bytes', async () => {
    await addRows(moves, server.lake, [1, 2, 3]);
    const [old] = await addRows(moves, server.lake, [4]);
    await swap(moves, server.lake, [], [old?.id ?? '']);
    const before = digests('lake');
    expect(await move(BUCKET)).toMatchObject({ state: 'ended', progress: { filesDone: 4, files: 4 } });
    expect([digests(bucketFolder(BUCKET)), await sumRows(moves, server.lake)]).toEqual([before, 6]);
    await addRows(moves, server.lake, [5]);
    expect([moves.list('lake').length, moves.list(bucketFolder(BUCKET)).length]).toEqual([4, 5]);
    expect(await move('folder')).toMatchObject({ state: 'ended' });
    expect([digests('lake'), await sumRows(moves, server.lake)]).toEqual([digests(bucketFolder(BUCKET)), 11]);
    expect((await server.moves.status()).place).toBe('folder');
  });

  it('keeps files for the readers of before, removes them later, and gives the bucket back after a day', async () => {
    await addRows(moves, server.lake, [1, 2]);
    await move(BUCKET);
    await move('folder');
    const relation = await server.lake.relation(moves.store, COIN);
    await move(BUCKET);
    await server.leave();
    expect(await server.lake.query(`SELECT count(*)::INTEGER AS n FROM ${relation}`)).toEqual([{ n: 2 }]);
    moves.clock.forward(HOUR_MS);
    await server.leave();
    expect([moves.list('lake'), await sumRows(moves, server.lake)]).toEqual([[], 3]);
    await expect(server.lake.query(`SELECT count(*) FROM ${relation}`)).rejects.toMatchObject({
      code: 'lake_file_removed',
    });
    expect((await server.moves.status()).leaving).toEqual(['folder']);
    moves.clock.forward(25 * HOUR_MS);
    await server.leave();
    expect((await server.moves.status()).leaving).toEqual([]);
  });

  it('lets a file that was staged before the switch in, and it follows', async () => {
    await addRows(moves, server.lake, [1]);
    const staged = await stage(server.lake, 2);
    await move(BUCKET);
    await swap(moves, server.lake, [staged]);
    expect(await sumRows(moves, server.lake)).toBe(3);
    await server.leave();
    expect([moves.list(bucketFolder(BUCKET)).length, await sumRows(moves, server.lake)]).toEqual([2, 3]);
    moves.clock.forward(HOUR_MS);
    await server.leave();
    expect([moves.list('lake'), await sumRows(moves, server.lake)]).toEqual([[], 3]);
  });

  it('keeps a staged file in the old place for its swap, also after the others are removed', async () => {
    await addRows(moves, server.lake, [1]);
    const [early, late] = [await stage(server.lake, 2), await stage(server.lake, 3)];
    await move(BUCKET);
    await swap(moves, server.lake, [early]);
    for (let look = 0; look < 2; look += 1) {
      moves.clock.forward(HOUR_MS);
      await server.leave();
    }
    expect([moves.list('lake').length, await sumRows(moves, server.lake)]).toEqual([1, 3]);
    await swap(moves, server.lake, [late]);
    expect(await sumRows(moves, server.lake)).toBe(6);
    moves.clock.forward(HOUR_MS);
    await server.leave();
    expect([moves.list(bucketFolder(BUCKET)).length, await sumRows(moves, server.lake)]).toEqual([3, 6]);
  });

  it('refuses a file that was staged to a place which is given back', async () => {
    await addRows(moves, server.lake, [1]);
    const staged = await stage(server.lake, 2);
    rmSync(join(moves.data, 'lake', staged.path));
    await move(BUCKET);
    moves.clock.forward(25 * HOUR_MS);
    for (let look = 0; look < 2; look += 1) await server.leave();
    await expect(swap(moves, server.lake, [staged])).rejects.toMatchObject({ code: 'lake_moved' });
  });

  it('adds a file again that moved since it was read', async () => {
    const [file] = await addRows(moves, server.lake, [1]);
    await move(BUCKET);
    moves.clock.forward(HOUR_MS);
    await server.leave();
    if (file === undefined) return expect.unreachable();
    await moves.store.transaction((sql) => server.lake.swap(sql, COIN, { remove: ['p'], add: [file] }));
    expect(await sumRows(moves, server.lake)).toBe(1);
  });

  it.each([
    ['is missing', (path: string) => rmSync(path)],
    ['does not match its digest', (path: string) => writeFileSync(path, 'x'.repeat(statSync(path).size))],
  ])('does not end with a file that %s, and names it', async (why, damage) => {
    const [, file] = await addRows(moves, server.lake, [1, 2, 3]);
    if (file === undefined) return expect.unreachable();
    const path = join(moves.data, 'lake', file.path);
    const bytes = readFileSync(path);
    damage(path);
    const failed = await move(BUCKET);
    expect(failed).toMatchObject({ state: 'failed', problem: { code: 'lake_file_damaged' } });
    expect(failed?.problem?.detail).toContain(`lake/${file.path} ${why}`);
    expect((await server.moves.status()).place).toBe('folder');
    writeFileSync(path, bytes);
    await server.lake.upkeep.note(moves.store, { ...file, damage: null }, await server.lake.upkeep.inspect(file));
    expect(await move(BUCKET)).toMatchObject({ state: 'ended' });
    expect(await sumRows(moves, server.lake)).toBe(6);
  });

  it('replaces a copy in the target that has other bytes', async () => {
    const [file] = await addRows(moves, server.lake, [1]);
    let isBad = true;
    const wrap = (objects: Objects): Objects => ({
      ...objects,
      put: (key, content, before) =>
        objects.put(key, isBad && key.endsWith('.parquet') ? 'other bytes' : content, before),
    });
    await server.end();
    server = await moves.open('a', { wrap });
    expect(await move(BUCKET)).toMatchObject({ state: 'copying', problem: { code: 'internal' } });
    expect(moves.list(bucketFolder(BUCKET))).toHaveLength(1);
    isBad = false;
    moves.clock.forward(HOUR_MS);
    await server.drain();
    expect([(await server.moves.status()).move?.state, await sumRows(moves, server.lake)]).toEqual(['ended', 1]);
    expect(digests(bucketFolder(BUCKET)).values().next().value).toBe(file?.sha256);
  });

  it('is refused to its present place, to a used bucket, and while another one is not complete', async () => {
    await addRows(moves, server.lake, [1]);
    await expect(server.moves.start('folder')).rejects.toMatchObject({ code: 'lake_target_is_present' });
    await server.moves.start(BUCKET);
    expect(await server.moves.start(`${BUCKET}/?region=eu-west-1`)).toMatchObject({ state: 'waiting' });
    await expect(server.moves.start('s3://lake/two')).rejects.toMatchObject({ code: 'lake_move_running' });
    await server.drain();
    await expect(server.moves.start(BUCKET)).rejects.toMatchObject({ code: 'lake_target_is_present' });
    await expect(server.moves.cancel()).rejects.toMatchObject({ code: 'lake_move_not_found' });
  });

  it('is refused to a bucket of another installation, and to one with other objects', async () => {
    const other = await (await createTestMoves(moves.data)).open('b');
    await addRows(moves, server.lake, [1]);
    await move(BUCKET);
    await expect(other.moves.start(BUCKET)).rejects.toMatchObject({ code: 'lake_of_another_installation' });
    mkdirSync(join(moves.data, bucketFolder('s3://models'), 'm'), { recursive: true });
    writeFileSync(join(moves.data, bucketFolder('s3://models'), 'm', 'weights'), '');
    await expect(other.moves.start('s3://models')).rejects.toMatchObject({ code: 'lake_target_not_empty' });
  });

  it('is cancelled before the switch, and leaves nothing in the target', async () => {
    await addRows(moves, server.lake, [1, 2]);
    let puts = 0;
    const wrap = (objects: Objects): Objects => ({
      ...objects,
      put: async (key, content, before) => {
        const facts = await objects.put(key, content, before);
        if (!key.endsWith('.parquet')) return facts;
        puts += 1;
        if (puts === 2) await server.moves.cancel();
        return facts;
      },
    });
    await server.end();
    server = await moves.open('a', { wrap });
    expect(await move(BUCKET)).toMatchObject({ state: 'cancelled' });
    expect(puts).toBe(2);
    await server.leave();
    const status = await server.moves.status();
    expect([status.place, status.leaving, moves.list(bucketFolder(BUCKET)), await sumRows(moves, server.lake)]).toEqual(
      ['folder', [], [], 3],
    );
    expect(await move(BUCKET)).toMatchObject({ state: 'ended' });
  });
});

describe('a start after a move', () => {
  it('uses the place of the store, and says what to set', async () => {
    await addRows(moves, server.lake, [1]);
    await move(`${BUCKET}?region=eu-west-1`);
    await server.end();
    const again = await moves.open('a');
    expect([await sumRows(moves, again.lake), again.warnings.length]).toEqual([1, 1]);
    expect(again.warnings[0]).toContain(`Set it to ${BUCKET}?region=eu-west-1`);
    await again.end();
    const set = await moves.open('a', { setting: `${BUCKET}?region=us-east-1` });
    expect([await sumRows(moves, set.lake), set.warnings, (await set.moves.status()).setting]).toEqual([
      ...[1, []],
      `${BUCKET}?region=us-east-1`,
    ]);
    await set.end();
    const elsewhere = await moves.open('a', { setting: 's3://other' });
    expect([await sumRows(moves, elsewhere.lake), elsewhere.warnings.length]).toEqual([1, 1]);
  });

  it('takes an empty lake to the place of the setting', async () => {
    await server.end();
    const set = await moves.open('a', { setting: BUCKET });
    await addRows(moves, set.lake, [1]);
    expect([moves.list(bucketFolder(BUCKET)).length, set.warnings]).toEqual([1, []]);
    const empty = await createTestMoves();
    for (const setting of [BUCKET, null]) {
      const one = await empty.open('a', { setting });
      expect((await one.moves.status()).place).toBe(BUCKET);
      await one.end();
    }
  });
});

describe('a copy of the store, as in a backup', () => {
  it('is another installation with its lake in the data folder', async () => {
    await addRows(moves, server.lake, [1, 2]);
    await move(BUCKET);
    await moves.store.transaction((sql) => server.lake.upkeep.saveAsCopy(sql));
    await server.end();
    cpSync(join(moves.data, bucketFolder(BUCKET), 'coin'), join(moves.data, 'lake', 'coin'), { recursive: true });
    const restored = await moves.open('a', { setting: BUCKET });
    expect([(await restored.moves.status()).place, await sumRows(moves, restored.lake)]).toEqual(['folder', 3]);
    expect(restored.warnings).toHaveLength(1);
    await expect(restored.moves.start(BUCKET)).rejects.toMatchObject({ code: 'lake_of_another_installation' });
  });
});

describe('a move that is interrupted', () => {
  it.each([
    { from: 'folder', to: BUCKET, least: 10 },
    { from: BUCKET, to: 'folder', least: 4 },
  ])('from $from continues after a failure of any call to the bucket', async ({ from, to, least }) => {
    await addRows(moves, server.lake, [1, 2]);
    await server.end();
    let at = 0;
    for (let isDone = false; !isDone; ) {
      at += 1;
      const before = await moves.open('a');
      if ((await before.moves.status()).place !== from)
        expect(await move(from, before)).toMatchObject({ state: 'ended' });
      await empty(before);
      await before.end();
      const calls = { count: 0 };
      // A server whose bucket does not answer does not start.
      const failing = await moves.open('a', { wrap: failingAt(at, calls) }).catch(() => null);
      if (failing !== null) {
        await failing.moves.start(to).catch(() => undefined);
        await failing.drain();
        await empty(failing);
        isDone = calls.count < at;
        await failing.end();
      }
      const next = await moves.open('a');
      await next.moves.start(to).catch((error: { code?: string }) => expect(error.code).toBe('lake_target_is_present'));
      await empty(next);
      const status = await next.moves.status();
      expect([at, status.place, status.move?.state, await sumRows(moves, next.lake)]).toEqual([at, to, 'ended', 3]);
      await next.end();
    }
    expect(at).toBeGreaterThan(least);
  });
});

/** All that is left to do after a move, as far as it can be done now. */
async function empty(by: TestServer): Promise<void> {
  for (let look = 0; look < 2; look += 1) {
    moves.clock.forward(HOUR_MS);
    await by.drain();
    await by.leave();
  }
}

describe('two servers', () => {
  it('follow a move, also one that has not noticed it yet', async () => {
    const other = await moves.open('b');
    await addRows(moves, other.lake, [1]);
    const old = await other.lake.relation(moves.store, COIN);
    await move(BUCKET);
    const late = await stage(other.lake, 2);
    expect(moves.list('lake')).toHaveLength(2);
    await swap(moves, other.lake, [late]);
    expect([await sumRows(moves, other.lake), await sumRows(moves, server.lake)]).toEqual([3, 3]);
    expect(await other.lake.query(`SELECT id FROM ${old}`)).toEqual([{ id: 1 }]);
    await other.places.follow();
    await addRows(moves, other.lake, [3]);
    await server.leave();
    expect(moves.list(bucketFolder(BUCKET))).toHaveLength(3);
    moves.clock.forward(HOUR_MS);
    await server.leave();
    expect([moves.list('lake'), await sumRows(moves, other.lake), await sumRows(moves, server.lake)]).toEqual([
      [],
      6,
      6,
    ]);
  });

  it('wait for the switch until each of them can open the target', async () => {
    const names = ['c', 'd'];
    let isAway = true;
    const wrap = (objects: Objects): Objects => {
      if (isAway) throw new Error('no credentials');
      return objects;
    };
    const [copies, reads] = [await moves.open('c', { names }), await moves.open('d', { names, wrap })];
    await addRows(moves, copies.lake, [1]);
    await copies.moves.start(BUCKET);
    await reads.report();
    await copies.drain();
    const { move: waiting, place } = await copies.moves.status();
    expect([place, waiting?.state, waiting?.problem?.detail]).toEqual([
      ...['folder', 'copying'],
      'Server "d" cannot open s3://lake/one: no credentials',
    ]);
    isAway = false;
    await reads.report();
    moves.clock.forward(HOUR_MS);
    await copies.drain();
    expect([(await copies.moves.status()).place, await sumRows(moves, reads.lake)]).toEqual([BUCKET, 1]);
  });

  it('write and read all the time while the lake moves to and fro', async () => {
    const other = await moves.open('b');
    await addRows(moves, server.lake, [0]);
    const written = { sum: 0, count: 0, isOver: false };
    const write = async (by: TestServer) => {
      while (!written.isOver) {
        written.count += 1;
        const id = written.count;
        await addRows(moves, by.lake, [id]);
        written.sum += id;
      }
    };
    const read = async (by: TestServer) => {
      for (let reads = 0; ; reads += 1) {
        const least = written.sum;
        const [row] = await by.lake.query(
          `SELECT sum(id)::INTEGER AS sum FROM ${await by.lake.relation(moves.store, COIN)}`,
        );
        expect(Number(row?.sum)).toBeGreaterThanOrEqual(least);
        if (written.isOver) return reads;
      }
    };
    const follow = async () => {
      while (!written.isOver) {
        await other.places.follow();
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    };
    const working = [write(server), write(other), read(server), read(other), follow()];
    try {
      for (const to of [BUCKET, 'folder', 's3://lake/two', 'folder']) {
        expect(await move(to)).toMatchObject({ state: 'ended' });
        await server.leave();
      }
    } finally {
      written.isOver = true;
    }
    const [, , ...reads] = await Promise.all(working);
    expect(Math.min(...reads.slice(0, 2).map(Number))).toBeGreaterThan(5);
    expect([await sumRows(moves, server.lake), await sumRows(moves, other.lake)]).toEqual([written.sum, written.sum]);
    moves.clock.forward(HOUR_MS);
    await server.leave();
    moves.clock.forward(25 * HOUR_MS);
    await server.leave();
    expect([moves.list('lake').length, await sumRows(moves, other.lake)]).toEqual([written.count + 1, written.sum]);
  });
});
