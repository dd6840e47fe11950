import { appendFileSync, mkdirSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { type Lake, lakeMigrations, openLake } from '../lake/index.ts';
import { openStore, type Store } from '../store/index.ts';
import { type JournaledTable, journalMigrations, LONGEST_ROW_BYTES, openJournaledTable } from './index.ts';

const SHAPE = { table: { name: 'coin', columns: { id: 'VARCHAR', at: 'TIMESTAMP', note: 'VARCHAR' } }, dayOf: 'at' };
const AT = '2026-11-26T10:00:00.000Z';
const LATE = '2026-11-27T00:00:00.000Z';

let root: string;
let folder: string;
let store: Store;
let lake: Lake;
let table: JournaledTable;

beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'journaled-'));
  folder = join(root, 'journals');
  store = await openStore({ database: 'sqlite', folder: root });
  await store.migrate({ ...lakeMigrations, ...journalMigrations });
  lake = await openLake({ root: join(root, 'lake'), readable: [folder], memory: '256MB', threads: 1 });
  table = await openTable();
  onTestFinished(async () => {
    await table[Symbol.asyncDispose]();
    await lake[Symbol.asyncDispose]();
    await store[Symbol.asyncDispose]();
  });
});

const openTable = () => openJournaledTable({ store, lake, folder, fsync: 'always', now: Date.now }, SHAPE);
const row = (id: number, at = AT) => ({ id: String(id), at, note: JSON.stringify({ é: '"quoted"\n' }) });
const segmentFiles = () => readdirSync(join(folder, 'coin'));

async function ids(): Promise<number[]> {
  const rows = await table.read((relation, session) => session.query(`SELECT id FROM ${relation}`));
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
    const other = await openTable();
    onTestFinished(() => other[Symbol.asyncDispose]());
    await other.settle();
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
