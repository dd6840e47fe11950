import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { type Lake, lakeMigrations, openLake } from '../lake/index.ts';
import { openStore, type Store } from '../store/index.ts';
import {
  type InstantRange,
  type JournaledTable,
  journalMigrations,
  LONGEST_ROW_BYTES,
  openJournaledTable,
  verifyJournals,
} from './index.ts';

const SHAPE = { table: { name: 'coin', columns: { id: 'VARCHAR', at: 'TIMESTAMP', note: 'VARCHAR' } }, dayOf: 'at' };
const AT = '2026-11-26T10:00:00.000Z';
const LATE = '2026-11-27T00:00:00.000Z';

let root: string;
let folder: string;
let store: Store;
let lake: Lake;
let table: JournaledTable;
let clock: number;
let logged: Record<string, unknown>[];

beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'journaled-'));
  folder = join(root, 'journals');
  store = await openStore({ database: 'sqlite', folder: root });
  await store.migrate({ ...lakeMigrations, ...journalMigrations });
  lake = await openLake({ root: join(root, 'lake'), readable: [folder], memory: '256MB', threads: 1 });
  clock = Date.parse('2026-11-27T01:00:00Z');
  logged = [];
  table = await openTable();
  onTestFinished(async () => {
    await table[Symbol.asyncDispose]();
    await lake[Symbol.asyncDispose]();
    await store[Symbol.asyncDispose]();
  });
});

const openTable = () => {
  const log = pino({ level: 'info' }, { write: (line: string) => void logged.push(JSON.parse(line)) });
  return openJournaledTable({ store, lake, folder, fsync: 'always', now: () => clock, log }, SHAPE);
};
const row = (id: number, at = AT) => ({ id: String(id), at, note: JSON.stringify({ é: '"quoted"\n' }) });
const segmentFiles = () => readdirSync(join(folder, 'coin')).filter((name) => name.endsWith('.jsonl'));
const lakeFiles = () => readdirSync(join(root, 'lake', 'coin')).length;

async function ids(range: InstantRange = {}): Promise<number[]> {
  const rows = await table.read((relation, session) => session.query(`SELECT id FROM ${relation}`), range);
  return rows.map(({ id }) => Number(id)).toSorted((one, other) => one - other);
}

describe('a table with a journal', () => {
  it('shows what was appended at once, and the same when it lies in the lake, parted by day', async () => {
    await table.append([row(1), row(2, LATE)]);
    const whole = () => table.read((relation, session) => session.query(`SELECT * FROM ${relation} ORDER BY id`));
    const before = await whole();
    expect(before).toHaveLength(2);
    await table.settle();
    expect(segmentFiles()).toEqual([]);
    expect(await lake.partitions(store, SHAPE.table)).toEqual(['2026-11-26', '2026-11-27']);
    expect(await whole()).toEqual(before);
    expect(before[0]).toMatchObject({ id: '1', note: '{"é":"\\"quoted\\"\\n"}' });
  });

  it('is empty at first, and has nothing to settle', async () => {
    expect(await ids()).toEqual([]);
    await table.settle();
    expect(await ids()).toEqual([]);
  });

  it('reads what an earlier process left, also a line that is half written, and settles it', async () => {
    await table.append([row(1)]);
    const [name = ''] = segmentFiles();
    appendFileSync(join(folder, 'coin', name), '{"id":"2","at":"2026-');
    expect(await ids()).toEqual([1]);
    await table[Symbol.asyncDispose]();
    table = await openTable();
    await table.settle();
    expect([await ids(), segmentFiles()]).toEqual([[1], []]);
  });

  it('takes a segment in once, when the process ended between that and removing its file', async () => {
    await table.append([row(1)]);
    const [name = ''] = segmentFiles();
    await table.settle();
    mkdirSync(join(folder, 'coin'), { recursive: true });
    writeFileSync(join(folder, 'coin', name), `${JSON.stringify(row(1))}\n`);
    await store.transaction(async (sql) => {
      await sql
        .tables<{ journal_settled: object }>()
        .insertInto('journal_settled')
        .values({ table_name: 'coin', segment: name })
        .execute();
    });
    expect(await ids()).toEqual([1]);
    await table.settle();
    expect([await ids(), segmentFiles()]).toEqual([[1], []]);
  });

  it('reads rows of any length that it takes', async () => {
    const note = 'x'.repeat(LONGEST_ROW_BYTES - 100);
    await table.append([{ ...row(1), note }, row(2)]);
    expect(await ids()).toEqual([1, 2]);
    await table.settle();
    expect(await ids()).toEqual([1, 2]);
  });

  it('loses and doubles nothing while many append, read and settle at once', async () => {
    const total = 60;
    const seen: number[] = [];
    await Promise.all(
      Array.from({ length: total }, async (_, index) => {
        await table.append([row(index)]);
        if (index % 7 === 0) await table.settle();
        const found = await ids();
        expect(found).toContain(index);
        expect(new Set(found).size).toBe(found.length);
        seen.push(found.length);
      }),
    );
    expect(seen).toHaveLength(total);
    expect(await ids()).toHaveLength(total);
  });

  it('refuses a row that the query engine would read as another one', async () => {
    const half = { ...row(1), id: 'cut \ud83d' };
    await expect(table.append([row(2), half])).rejects.toThrow('id contains half a surrogate pair');
    await expect(table.append([{ id: '1', at: null }])).rejects.toThrow('at is missing');
    await expect(table.append([{ id: '1', at: 'yesterday' }])).rejects.toThrow('at is not an instant');
    expect(await ids()).toEqual([]);
  });

  it('keeps NUL characters, in the journal and when it is settled', async () => {
    const notes = async () =>
      (await table.read((relation, session) => session.query(`SELECT note FROM ${relation} ORDER BY id`))).map(
        ({ note }) => note,
      );
    const given = ['a\0b', '\0', 'plain'];
    await table.append(given.map((note, index) => ({ ...row(index), note })));
    expect(await notes()).toEqual(given);
    await table.settle();
    expect(await notes()).toEqual(given);
    expect(table.damage).toMatchObject({ spotsSetAside: 0, segmentsKept: 0 });
  });

  it('sets aside what the engine cannot read of a segment of an older version, and moves the other lines', async () => {
    const old = [row(1), { ...row(2), id: 'cut \ud83d' }, row(3), { ...row(4), at: 'yesterday' }];
    const path = join(folder, 'coin', '00000000000001-a.jsonl');
    writeFileSync(path, old.map((one) => `${JSON.stringify(one)}\n`).join(''));
    await table.append([row(5)]);
    // The read that meets them fails, and has them set aside.
    await expect(ids()).rejects.toMatchObject({ code: 'journal_damaged' });
    await table.settle();
    expect([await ids(), segmentFiles()]).toEqual([[1, 3, 5], []]);
    expect(table.damage).toEqual({ table: 'coin', spotsSetAside: 2, segmentsKept: 0 });
    expect(logged).toMatchObject([
      { msg: 'a query found damage in a journal; settling isolates it' },
      { level: 50, file: path, count: 2, lines: 2 },
    ]);
    expect((await verifyJournals(folder)).map(({ kind }) => kind)).toEqual(['set_aside', 'set_aside']);
  });

  it('keeps a segment of which the engine reads another number of rows than it has lines', async () => {
    // JSON with an unknown field: the line does not count as unreadable, but the engine refuses it.
    const path = join(folder, 'coin', '00000000000001-a.jsonl');
    writeFileSync(path, `${JSON.stringify(row(1)).replace('{', '{"more":"\\ud83d",')}\n${JSON.stringify(row(2))}\n`);
    await table.append([row(3)]);
    await table.settle();
    expect(segmentFiles()).toEqual(['00000000000001-a.jsonl']);
    expect(table.damage).toEqual({ table: 'coin', spotsSetAside: 0, segmentsKept: 1 });
    expect(await ids()).toEqual([2, 3]);
    expect(readFileSync(path, 'utf8')).toContain('"id":"2"');
  });

  it('finds at settling a bit that was flipped while the server ran', async () => {
    await table.append([row(1), row(2), row(3)]);
    const path = join(folder, 'coin', segmentFiles()[0] ?? '');
    const bytes = readFileSync(path);
    // From 2 to 3: still JSON, and another value.
    const at = bytes.indexOf('"id":"2"') + 6;
    bytes[at] = (bytes[at] ?? 0) ^ 1;
    writeFileSync(path, bytes);
    await table.settle();
    expect([await ids(), table.damage.spotsSetAside]).toEqual([[1, 3], 1]);
  });

  it('answers no query with another value, also when a bit is flipped while the server runs', async () => {
    await table.append([row(1), row(2), row(3)]);
    const path = join(folder, 'coin', segmentFiles()[0] ?? '');
    const bytes = readFileSync(path);
    const at = bytes.indexOf('"id":"2"') + 6;
    bytes[at] = (bytes[at] ?? 0) ^ 1;
    writeFileSync(path, bytes);
    await expect(ids()).rejects.toMatchObject({ code: 'journal_damaged' });
    await table.settle();
    expect([await ids(), table.damage.spotsSetAside]).toEqual([[1, 3], 1]);
  });

  it('refuses rows for a file that was removed while it was written to, and notes the rows that it held', async () => {
    await table.append([row(1)]);
    rmSync(join(folder, 'coin', segmentFiles()[0] ?? ''));
    await expect(table.append([row(2)])).rejects.toMatchObject({ code: 'journal_damaged' });
    await table.append([row(3)]);
    await expect(ids()).rejects.toMatchObject({ code: 'journal_damaged' });
    await table.settle();
    expect([await ids(), table.damage.spotsSetAside]).toEqual([[3], 1]);
    expect(await verifyJournals(folder)).toMatchObject([{ kind: 'missing_lines', lines: 1 }]);
  });

  it('reads only the days of a range, and what is not settled', async () => {
    const day = (number: number) => `2026-11-${String(number).padStart(2, '0')}T12:00:00.000Z`;
    await table.append([1, 2, 3, 4, 5].map((number) => row(number, day(number))));
    await table.settle();
    await table.append([row(9, day(1))]);
    expect(await ids({ from: day(2), to: day(4) })).toEqual([2, 3, 4, 9]);
    expect(await ids({ from: day(4) })).toEqual([4, 5, 9]);
    expect(await ids({ to: day(1) })).toEqual([1, 9]);
  });

  it('joins the files of a day when it is over, and many small ones before', async () => {
    for (let number = 0; number < 15; number += 1) {
      await table.append([row(number, LATE)]);
      await table.settle();
    }
    await table.compact();
    expect(lakeFiles()).toBe(15);
    await table.append([row(15, LATE), row(16)]);
    await table.settle();
    await table.compact();
    expect(lakeFiles()).toBe(2);
    await table.append([row(17, LATE)]);
    await table.settle();
    clock = Date.parse('2026-11-28T02:00:00Z');
    await table.compact();
    expect(lakeFiles()).toBe(2);
    expect(await ids()).toEqual(Array.from({ length: 18 }, (_, number) => number));
    await table.compact();
    expect(lakeFiles()).toBe(2);
  });

  it('deletes superseded files when the reads that began before have ended, and not earlier', async () => {
    for (const number of [1, 2]) {
      await table.append([row(number)]);
      await table.settle();
    }
    clock += 2 * 86_400_000;
    const [begun, goOn] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const reading = table.read(async (relation, session) => {
      begun.resolve();
      await goOn.promise;
      return session.query(`SELECT count(*)::INTEGER AS rows FROM ${relation}`);
    });
    await begun.promise;
    const compacting = table.compact();
    // The joined file, and the two files that the reader holds.
    await expect.poll(lakeFiles).toBe(3);
    expect(await ids()).toEqual([1, 2]);
    goOn.resolve();
    expect(await reading).toEqual([{ rows: 2 }]);
    await compacting;
    expect(lakeFiles()).toBe(1);
  });

  it('cuts settling off when the server stops, and has everything after the next start', async () => {
    const day = (number: number) => new Date(Date.UTC(2020, 0, number, 12)).toISOString();
    const note = 'x'.repeat(300);
    await table.append(Array.from({ length: 5_000 }, (_, number) => ({ ...row(number, day(number)), note })));
    const settling = table.settle();
    await expect.poll(() => existsSync(join(root, 'lake', 'coin'))).toBe(true);
    lake.interrupt();
    await expect(settling).rejects.toMatchObject({ code: 'server_stopping' });
    expect([lakeFiles(), segmentFiles().length]).toEqual([0, 1]);
    await expect(ids()).rejects.toMatchObject({ code: 'server_stopping' });
    lake = await openLake({ root: join(root, 'lake'), readable: [folder], memory: '256MB', threads: 1 });
    table = await openTable();
    expect(await ids()).toHaveLength(5_000);
  });

  it('keeps its segments while settling is held, and takes rows meanwhile', async () => {
    await table.append([row(1)]);
    const hold = await table.holdSettling();
    const settled = table.settle();
    await table.append([row(2)]);
    expect([segmentFiles().length > 0, await ids()]).toEqual([true, [1, 2]]);
    hold[Symbol.dispose]();
    await settled;
    expect([segmentFiles(), await ids()]).toEqual([[], [1, 2]]);
  });
});
