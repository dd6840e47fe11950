import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { openStore, type Store } from '../store/index.ts';
import { type Lake, type LakeTable, lakeMigrations, openLake, type StagedFile } from './index.ts';

const table: LakeTable = { name: 'coins', columns: { amount: 'DECIMAL(38,20)', note: 'VARCHAR' } };
let root: string;
let store: Store;
let lake: Lake;

beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'lake-'));
  store = await openStore({ database: 'sqlite', folder: root });
  await store.migrate(lakeMigrations);
  lake = await openLake({ root: join(root, 'lake'), readable: [], memory: '256MB', threads: 1 });
  onTestFinished(async () => {
    await lake[Symbol.asyncDispose]();
    await store[Symbol.asyncDispose]();
  });
});

const stage = (partition: string, amount: string) =>
  lake.session((session) => session.stage(table, partition, `SELECT ${amount}::DECIMAL(38,20) AS amount, 'x' AS note`));
const sum = async () =>
  (await lake.query(`SELECT coalesce(sum(amount), 0)::VARCHAR AS total FROM ${await lake.relation(store, table)}`))[0]
    ?.total;

describe('the engine of a lake', () => {
  const folder = () => join(root, 'another');

  it('fails each statement when it cannot be opened, and the lake still ends', async () => {
    await using broken = await openLake({ root: folder(), readable: [], memory: 'much', threads: 1 });
    for (const statement of ['SELECT 1', 'SELECT 2'])
      await expect(broken.query(statement)).rejects.toThrow('Failed to set config');
  });

  it('is opened once by statements that come together', async () => {
    await using fresh = await openLake({ root: folder(), readable: [], memory: '256MB', threads: 1 });
    const answers = await Promise.all([1, 2, 3].map((value) => fresh.query(`SELECT ${value} AS value`)));
    expect(answers).toEqual([[{ value: 1 }], [{ value: 2 }], [{ value: 3 }]]);
  });

  it.each(['unused', 'used'])('stays closed when the lake has ended (%s before)', async (use) => {
    const ended = await openLake({ root: folder(), readable: [], memory: '256MB', threads: 1 });
    if (use === 'used') await ended.query('SELECT 1');
    await ended[Symbol.asyncDispose]();
    await expect(ended.query('SELECT 1')).rejects.toThrow('closed');
  });
});

describe('a lake table', () => {
  it('leaves nothing of the files that were read in the memory of the engine', async () => {
    for (const partition of ['p1', 'p2', 'p3']) {
      const file = await stage(partition, '1');
      await store.transaction((sql) => lake.swap(sql, table, { remove: [], add: [file] }));
    }
    expect(await sum()).toBe('3.00000000000000000000');
    const kept = await lake.query('SELECT tag FROM duckdb_memory() WHERE memory_usage_bytes > 0');
    expect(kept).toEqual([]);
  });

  it('is empty but has its columns before any file', async () => {
    expect(await lake.query(`SELECT * FROM ${await lake.relation(store, table)}`)).toEqual([]);
  });

  it('shows staged files only once the swap has committed', async () => {
    const first = await stage('p1', '1.00000000000000000001');
    expect(Number(await sum())).toBe(0);
    await store.transaction((sql) => lake.swap(sql, table, { remove: [], add: [first] }));
    expect(await sum()).toBe('1.00000000000000000001');
  });

  it('keeps the answer to a statement while its files stay, and refuses it when one of them is damaged', async () => {
    const a = await stage('p1', '1');
    await store.transaction((sql) => lake.swap(sql, table, { remove: [], add: [a] }));
    const read = async () =>
      lake.queryKept(`SELECT sum(amount)::INTEGER AS total FROM ${await lake.relation(store, table)}`);
    const [first, second] = await Promise.all([read(), read()]);
    expect(first).toEqual([{ total: 1 }]);
    expect([second === first, (await read()) === first]).toEqual([true, true]);
    const b = await stage('p2', '10');
    await store.transaction((sql) => lake.swap(sql, table, { remove: [], add: [b] }));
    expect(await read()).toEqual([{ total: 11 }]);
    let calls = 0;
    const relation = await lake.relation(store, table);
    const derive = (name: string) =>
      lake.derive(name, [relation], async () => {
        calls += 1;
        return calls;
      });
    expect([await derive('one'), await derive('one'), await derive('other')]).toEqual([1, 1, 2]);
    writeFileSync(join(root, 'lake', a.path), 'short');
    await expect(read()).rejects.toMatchObject({ code: 'lake_file_damaged' });
    await expect(derive('one')).rejects.toMatchObject({ code: 'lake_file_damaged' });
  });

  it('replaces a partition whole and leaves the others', async () => {
    const [a, b] = [await stage('p1', '1'), await stage('p2', '10')];
    await store.transaction((sql) => lake.swap(sql, table, { remove: [], add: [a, b] }));
    const c = await stage('p1', '2');
    await store.transaction((sql) => lake.swap(sql, table, { remove: ['p1'], add: [c] }));
    expect(Number(await sum())).toBe(12);
    expect(await lake.partitions(store, table)).toEqual(['p1', 'p2']);
  });

  it('keeps the old state when the transaction of a swap fails', async () => {
    const a = await stage('p1', '1');
    await store.transaction((sql) => lake.swap(sql, table, { remove: [], add: [a] }));
    const b = await stage('p1', '5');
    const failing = store.transaction(async (sql) => {
      await lake.swap(sql, table, { remove: ['p1'], add: [b] });
      throw new Error('crash');
    });
    await expect(failing).rejects.toThrow('crash');
    expect(Number(await sum())).toBe(1);
  });

  it('shows null in files that were written before a column came', async () => {
    const old = await stage('p1', '1');
    const grown: LakeTable = { ...table, columns: { ...table.columns, team: 'VARCHAR' }, later: ['team'] };
    await store.transaction((sql) => lake.swap(sql, table, { remove: [], add: [old] }));
    const teams = async () => {
      const relation = await lake.relation(store, grown, { rowIds: true });
      return (await lake.query(`SELECT amount::INTEGER AS amount, team FROM ${relation} ORDER BY amount`)).map(
        ({ team }) => team,
      );
    };
    expect(await teams()).toEqual([null]);
    const fresh = await lake.session((session) =>
      session.stage(grown, 'p1', `SELECT 2::DECIMAL(38,20) AS amount, 'x' AS note, 'data' AS team`),
    );
    await store.transaction((sql) => lake.swap(sql, grown, { remove: [], add: [fresh] }));
    expect(await teams()).toEqual([null, 'data']);
  });

  it('cannot reach files outside its folders', async () => {
    writeFileSync(join(root, 'secret.csv'), 'a\n1\n');
    await expect(lake.query(`SELECT * FROM read_csv('${join(root, 'secret.csv')}')`)).rejects.toThrow(
      /Permission|disabled/,
    );
    await expect(lake.query('SET enable_external_access = true')).rejects.toThrow();
  });

  it('takes a file back that had been replaced, and every state between stays readable', async () => {
    const [one, two] = [await stage('p1', '1'), await stage('p1', '2')];
    const swap = (file: StagedFile) =>
      store.transaction((sql) => lake.swap(sql, table, { remove: ['p1'], add: [file] }));
    for (const file of [one, two, one]) await swap(file);
    expect(Number(await sum())).toBe(1);
    const newest = await lake.sequence(store, table);
    const then = async (at: number) => {
      const relation = await lake.relation(store, table, { at });
      return Number((await lake.query(`SELECT sum(amount)::VARCHAR AS total FROM ${relation}`))[0]?.total ?? 0);
    };
    expect(await Promise.all([newest, newest - 1, newest - 2, newest - 3].map(then))).toEqual([1, 2, 1, 0]);
  });

  it('keeps files that it does not show, and finds them by id', async () => {
    const [shown, kept] = [await stage('p1', '1'), await stage('p1', '2')];
    await store.transaction(async (sql) => {
      await lake.swap(sql, table, { remove: [], add: [shown] });
      await lake.keep(sql, table, [kept]);
    });
    expect(Number(await sum())).toBe(1);
    expect(await lake.removeOrphans(store)).toBe(0);
    expect(await lake.filesById(store, table, [kept.id, shown.id])).toEqual([kept, shown]);
    await store.transaction((sql) => lake.swap(sql, table, { remove: ['p1'], add: [kept] }));
    expect(Number(await sum())).toBe(2);
  });

  it('removes files that no manifest names', async () => {
    const [kept] = [await stage('p1', '1'), await stage('p1', '2')];
    await store.transaction((sql) => lake.swap(sql, table, { remove: [], add: [kept] }));
    expect(await lake.removeOrphans(store)).toBe(1);
    expect(readdirSync(join(root, 'lake', 'coins'))).toEqual([`${kept.id}.parquet`]);
  });
});

describe('a file of the lake', () => {
  const pathOf = (file: StagedFile) => join(root, 'lake', file.path);
  const shown = async (partition: string, amount: string) => {
    const file = await stage(partition, amount);
    await store.transaction((sql) => lake.swap(sql, table, { remove: [partition], add: [file] }));
    return file;
  };
  /** Writes it again with these bytes, as another file: the clock of a file system is too coarse for a test. */
  const overwrite = (file: StagedFile, bytes: Buffer) => {
    rmSync(pathOf(file), { force: true });
    writeFileSync(pathOf(file), bytes);
  };
  const flipped = (bytes: Buffer) =>
    Buffer.concat([bytes.subarray(0, 9), Buffer.from([~(bytes[9] ?? 0) & 255]), bytes.subarray(10)]);

  it('has its digest in the manifest', async () => {
    const file = await shown('2026-10', '1');
    expect(file.sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(await lake.files(store, table)).toEqual([file]);
    expect(await lake.upkeep.inspect(file)).toMatchObject({ damage: null, found: { sha256: file.sha256 } });
  });

  it('is read no more when it is gone or holds other bytes, and the failure names table and month', async () => {
    const [october, november] = [await shown('aws/2026-10', '1'), await shown('aws/2026-11', '2')];
    const of = (partition: string) => lake.relation(store, table, { partitions: [partition] });
    const bytes = readFileSync(pathOf(october));
    const damages = [
      () => overwrite(october, flipped(bytes)),
      () => overwrite(october, bytes.subarray(1)),
      () => rmSync(pathOf(october)),
    ];
    for (const damage of damages) {
      damage();
      const detail = /table coins of 2026-10.*steelyard verify --repair/;
      const failure = expect.objectContaining({ code: 'lake_file_damaged', message: expect.stringMatching(detail) });
      const relation = await of('aws/2026-10');
      await expect(lake.query(`SELECT * FROM ${relation}`)).rejects.toEqual(failure);
      await expect(lake.session((session) => session.stage(table, 'x', `SELECT * FROM ${relation}`))).rejects.toEqual(
        failure,
      );
      await expect(async () => {
        for await (const _ of lake.stream(`SELECT * FROM ${relation}`)) break;
      }).rejects.toEqual(failure);
      expect(await lake.query(`SELECT amount::INTEGER AS amount FROM ${await of('aws/2026-11')}`)).toEqual([
        { amount: 2 },
      ]);
    }
    overwrite(october, bytes);
    expect(Number(await sum())).toBe(3);
    expect(readdirSync(join(root, 'lake', 'coins')).toSorted()).toEqual(
      [october, november].map(({ id }) => `${id}.parquet`).toSorted(),
    );
  });

  it('that verify found damaged stays unread until it is found intact again', async () => {
    const file = await shown('p', '1');
    await lake.upkeep.note(store, file, { damage: 'does not match its digest', found: null });
    await expect(sum()).rejects.toMatchObject({ code: 'lake_file_damaged' });
    const [marked = file] = await lake.files(store, table);
    await lake.upkeep.note(store, marked, await lake.upkeep.inspect({ ...marked, damage: null }));
    expect(Number(await sum())).toBe(1);
  });

  it('of before digests were kept gets one when all of it can be read, and counts as damaged when not', async () => {
    const file = await shown('p', '1');
    const old = { ...file, sha256: null, stamp: null };
    const state = await lake.upkeep.inspect(old);
    expect(state).toMatchObject({ damage: null, found: { sha256: file.sha256 } });
    overwrite(file, Buffer.alloc(file.sizeBytes, 'x'));
    expect((await lake.upkeep.inspect(old)).damage).toMatch(/^cannot be decoded/);
  });

  it('is replaced by a rebuilt one under its own id', async () => {
    const file = await shown('p', '1');
    rmSync(pathOf(file));
    await expect(sum()).rejects.toMatchObject({ code: 'lake_file_damaged' });
    await lake.upkeep.replace(store, file, await stage('p', '1'));
    expect(Number(await sum())).toBe(1);
    expect((await lake.files(store, table)).map(({ id }) => id)).toEqual([file.id]);
  });

  it('stays on the disk while it is held, also when it is discarded', async () => {
    const file = await stage('p', '1');
    const [one, other] = [lake.upkeep.hold(), lake.upkeep.hold()];
    await lake.discard([file]);
    await one[Symbol.asyncDispose]();
    await one[Symbol.asyncDispose]();
    expect(existsSync(pathOf(file))).toBe(true);
    await other[Symbol.asyncDispose]();
    expect(existsSync(pathOf(file))).toBe(false);
  });
});

describe('columns beside those of a table', () => {
  const open: LakeTable = { name: 'open', columns: { amount: 'INTEGER' }, others: 'rest' };
  const stageOpen = (select: string) => lake.session((session) => session.stage(open, 'p', select));

  it('are read by name from the files that have them, and are null elsewhere', async () => {
    const files = [await stageOpen(`SELECT 1 AS amount, 'a' AS x_colour`), await stageOpen('SELECT 2 AS amount')];
    await store.transaction((sql) => lake.swap(sql, open, { remove: [], add: files }));
    const relation = await lake.relation(store, open, { others: ['x_colour', 'x_never'] });
    expect(await lake.query(`SELECT amount, x_colour, x_never, rest FROM ${relation} ORDER BY amount`)).toEqual([
      { amount: 1, x_colour: 'a', x_never: null, rest: [{ key: 'colour', value: 'a' }] },
      { amount: 2, x_colour: null, x_never: null, rest: null },
    ]);
  });

  it('are there and null before any file', async () => {
    const relation = await lake.relation(store, open, { others: ['x_colour'] });
    expect(await lake.query(`SELECT x_colour, rest FROM ${relation}`)).toEqual([]);
  });
});

describe('files that are deleted for good', () => {
  const swapIn = async (...files: StagedFile[]) =>
    store.transaction((sql) => lake.swap(sql, table, { remove: [], add: files }));
  const forget = (...files: StagedFile[]) =>
    store.transaction((sql) =>
      lake.forgetById(
        sql,
        table,
        files.map(({ id }) => id),
      ),
    );
  const isThere = ({ path }: StagedFile) => existsSync(join(root, 'lake', path));

  it('leave every manifest and the disk, and others stay', async () => {
    const [a, b] = [await stage('p1', '1'), await stage('p2', '2')];
    await swapIn(a, b);
    const forgotten = await forget(a);
    expect(forgotten.map(({ id }) => id)).toEqual([a.id]);
    expect(Number(await sum())).toBe(2);
    expect(await lake.keptById(store, table, [a.id, b.id])).toMatchObject([{ id: b.id }]);
    await lake.removeForgotten(forgotten);
    expect([isThere(a), isThere(b)]).toEqual([false, true]);
    expect(await forget(a)).toEqual([]);
  });

  it('stay while work holds them; a statement that names one afterwards fails with lake_file_removed', async () => {
    const a = await stage('p1', '1');
    await swapIn(a);
    const relation = await lake.relation(store, table);
    let release = () => {};
    const holding = lake.hold(() => new Promise<void>((resolve) => (release = resolve)));
    const removing = lake.removeForgotten(await forget(a));
    expect(await lake.query(`SELECT note FROM ${relation}`)).toEqual([{ note: 'x' }]);
    release();
    await Promise.all([holding, removing]);
    await expect(lake.query(`SELECT note FROM ${relation}`)).rejects.toMatchObject({ code: 'lake_file_removed' });
  });

  it('stay until a backup ends, and so does other work on files', async () => {
    const a = await stage('p1', '1');
    await swapIn(a);
    const hold = lake.upkeep.hold();
    await lake.removeForgotten(await forget(a));
    let runs = 0;
    const work = async () => {
      runs += 1;
    };
    expect(await lake.upkeep.afterHolds(work)).toBe(false);
    expect([isThere(a), runs]).toEqual([true, 0]);
    await hold[Symbol.asyncDispose]();
    expect([isThere(a), runs]).toEqual([false, 1]);
    expect(await lake.upkeep.afterHolds(work)).toBe(true);
    expect(runs).toBe(2);
  });
});
