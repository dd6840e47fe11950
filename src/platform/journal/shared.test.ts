import { appendFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { AppError } from '../errors/index.ts';
import { type Lake, lakeMigrations, openLake } from '../lake/index.ts';
import { openStore, type Store } from '../store/index.ts';
import { DAY_MS } from '../units/durations.ts';
import {
  type JournaledTable,
  journalMigrations,
  openJournaledTable,
  removeLeftJournals,
  takeOverJournals,
} from './index.ts';

const SHAPE = { table: { name: 'coin', columns: { id: 'VARCHAR', at: 'TIMESTAMP' } }, dayOf: 'at' };
const AT = '2026-11-26T10:00:00.000Z';
const KEEP_MS = 600_000;

let root: string;
let store: Store;
let lake: Lake;
let clock: number;
/** Folders of the journals of all servers. */
let folders: string[];
const log = pino({ level: 'silent' });

beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'shared-journal-'));
  store = await openStore({ database: 'sqlite', folder: root });
  await store.migrate({ ...lakeMigrations, ...journalMigrations });
  lake = await openLake({ root: join(root, 'lake'), readable: [join(root, 'servers')], memory: '256MB', threads: 1 });
  clock = Date.parse('2026-11-26T12:00:00Z');
  folders = [];
  onTestFinished(async () => {
    await lake[Symbol.asyncDispose]();
    await store[Symbol.asyncDispose]();
  });
});

interface TestServer {
  readonly folder: string;
  readonly table: JournaledTable;
  /** As the store and a clock of the process see it. */
  readonly lease: { isHeld: boolean; isOwn: boolean; isUntaken: boolean };
}

async function openServer(name: string): Promise<TestServer> {
  const folder = join(root, 'servers', name, 'journals-1');
  const lease = { isHeld: true, isOwn: true, isUntaken: false };
  folders.push(folder);
  const shared = {
    isHeld: () => lease.isHeld,
    isUntaken: async () => lease.isUntaken,
    others: async () => folders.filter((one) => one !== folder),
    assertHeld: async () => assertOwn(lease.isOwn),
    keepMs: KEEP_MS,
  };
  const deps = { store, lake, folder, fsync: 'always', now: () => clock, log, shared } as const;
  const table = await openJournaledTable(deps, SHAPE);
  onTestFinished(() => table[Symbol.asyncDispose]());
  return { folder, table, lease };
}

function assertOwn(isOwn: boolean): void {
  if (!isOwn) throw new AppError('server_lease_lost', 'taken over');
}

const row = (id: number) => ({ id: String(id), at: AT });
const segments = ({ folder }: TestServer) =>
  readdirSync(join(folder, 'coin')).filter((name) => name.endsWith('.jsonl'));

async function ids({ table }: TestServer): Promise<number[]> {
  const rows = await table.read((relation, session) => session.query(`SELECT id FROM ${relation}`));
  return rows.map(({ id }) => Number(id)).toSorted((one, other) => one - other);
}

let takeovers = 0;
/** Of a server that has ended, or believes to run. */
function left({ folder, lease }: TestServer) {
  lease.isHeld = false;
  takeovers += 1;
  return { folder, copy: `${folder}-by-${takeovers}` };
}

const takeOver = (of: ReturnType<typeof left>, isOwn = true) =>
  takeOverJournals(
    { store, lake, log, now: () => clock, keepMs: KEEP_MS, assertHeld: async () => assertOwn(isOwn) },
    [SHAPE],
    of,
  );

describe('journals of two servers', () => {
  it('show each server the rows of both at once, and once after each has settled', async () => {
    const [a, b] = [await openServer('a'), await openServer('b')];
    await a.table.append([row(1), row(2)]);
    await b.table.append([row(3)]);
    expect([await ids(a), await ids(b)]).toEqual([
      [1, 2, 3],
      [1, 2, 3],
    ]);
    await a.table.settle();
    await b.table.append([row(4)]);
    expect([await ids(a), await ids(b)]).toEqual([
      [1, 2, 3, 4],
      [1, 2, 3, 4],
    ]);
    await b.table.settle();
    expect([await ids(a), await ids(b)]).toEqual([
      [1, 2, 3, 4],
      [1, 2, 3, 4],
    ]);
  });

  it('name another state for each change on either server', async () => {
    const [a, b] = [await openServer('a'), await openServer('b')];
    const states = [await a.table.state()];
    await b.table.append([row(1)]);
    states.push(await a.table.state());
    expect(await a.table.state()).toBe(states[1]);
    await b.table.append([row(2)]);
    states.push(await a.table.state());
    await b.table.settle();
    states.push(await a.table.state());
    expect(new Set(states).size).toBe(4);
  });

  it('keep a settled segment for readers elsewhere, and its record for as long after the file', async () => {
    const [a, b] = [await openServer('a'), await openServer('b')];
    await b.table.append([row(1)]);
    await b.table.settle();
    clock += KEEP_MS - 1;
    await b.table.settle();
    expect(segments(b)).toHaveLength(1);
    clock += 1;
    await b.table.settle();
    await a.table.compact();
    expect([segments(b), await records()]).toEqual([[], 1]);
    clock += KEEP_MS;
    await a.table.compact();
    expect([await records(), await ids(a), await ids(b)]).toEqual([0, [1], [1]]);
  });

  it('leave out half a line that another server is writing', async () => {
    const [a, b] = [await openServer('a'), await openServer('b')];
    await b.table.append([row(1)]);
    appendFileSync(join(b.folder, 'coin', segments(b)[0] ?? ''), '{"id": "2", "at": "2026-11-2');
    expect(await ids(a)).toEqual([1]);
  });

  it('refuse a read that would lack acknowledged rows of another server', async () => {
    const [a, b] = [await openServer('a'), await openServer('b')];
    await b.table.append([row(1), row(2)]);
    const path = join(b.folder, 'coin', segments(b)[0] ?? '');
    const whole = readFileSync(path);
    writeFileSync(path, whole.subarray(0, whole.indexOf('\n') + 1));
    await expect(ids(a)).rejects.toMatchObject({ code: 'journal_damaged' });
    rmSync(path);
    await expect(ids(a)).rejects.toMatchObject({ code: 'journal_damaged' });
    // Its own server records the loss, and the others read the rest.
    await b.table.settle();
    expect([await ids(a), b.table.damage.spotsSetAside]).toEqual([[], 1]);
  });

  it('delete no rows while another server has some of them in its journal', async () => {
    const [a, b] = [await openServer('a'), await openServer('b')];
    await a.table.append([row(1), row(2)]);
    await b.table.append([row(1)]);
    const removal = () => a.table.removeRows("id = '1'", { dryRun: false });
    await expect(removal()).rejects.toMatchObject({ code: 'journal_rows_elsewhere', context: { rows: 1 } });
    expect(await ids(a)).toEqual([1, 1, 2]);
    await b.table.settle();
    expect(await removal()).toMatchObject({ rows: 2 });
    expect([await ids(a), await ids(b)]).toEqual([[2], [2]]);
  });

  it('compact the same days without losing or repeating a row', async () => {
    const [a, b] = [await openServer('a'), await openServer('b')];
    for (const [n, { table }] of [a, b, a, b].entries()) {
      await table.append([row(n)]);
      await table.settle();
    }
    clock += DAY_MS;
    await Promise.all([a.table.compact(), b.table.compact()]);
    expect([await ids(a), await ids(b)]).toEqual([
      [0, 1, 2, 3],
      [0, 1, 2, 3],
    ]);
  });
});

describe('the lease of a server', () => {
  it('is needed for an append, before the write and after it', async () => {
    const a = await openServer('a');
    await a.table.append([row(1)]);
    a.lease.isHeld = false;
    await expect(a.table.append([row(2)])).rejects.toMatchObject({ code: 'server_lease_lost' });
    a.lease.isHeld = true;
    await a.table.append([row(3)]);
    expect(await ids(a)).toEqual([1, 3]);
  });

  it('is not needed while no other server has begun to take the journal over, as when the store is away', async () => {
    const a = await openServer('a');
    Object.assign(a.lease, { isHeld: false, isUntaken: true });
    await a.table.append([row(1)]);
    // Taken over between the write and the answer.
    const looks = [true, false];
    Object.defineProperty(a.lease, 'isUntaken', { get: () => looks.shift() ?? false });
    await expect(a.table.append([row(2)])).rejects.toMatchObject({ code: 'server_lease_lost' });
    a.lease.isHeld = true;
    expect(await ids(a)).toEqual([1]);
  });

  it('is looked at again after the write: rows that it does not acknowledge are not kept', async () => {
    const a = await openServer('a');
    await a.table.append([row(1)]);
    // Held at the first look and over at the second.
    const looks = [true, false];
    Object.defineProperty(a.lease, 'isHeld', { get: () => looks.shift() ?? true });
    await expect(a.table.append([row(2)])).rejects.toMatchObject({ code: 'server_lease_lost' });
    await a.table.append([row(3)]);
    expect(await ids(a)).toEqual([1, 3]);
  });
});

describe('the journal of a server that has ended', () => {
  it('is read until it is taken over, then from the lake, and leaves the disk when no reader can need it', async () => {
    const [a, b] = [await openServer('a'), await openServer('b')];
    await b.table.append([row(1), row(2)]);
    appendFileSync(join(b.folder, 'coin', segments(b)[0] ?? ''), '{"id": "3", "a');
    expect(await ids(a)).toEqual([1, 2]);
    expect(await takeOver(left(b))).toBe(false);
    expect([await ids(a), segments(b).length]).toEqual([[1, 2], 1]);
    clock += KEEP_MS;
    const last = left(b);
    expect(await takeOver(last)).toBe(true);
    await removeLeftJournals({ store, now: () => clock }, [SHAPE], last);
    expect([await ids(a), existsSync(b.folder), readdirSync(join(b.folder, '..'))]).toEqual([[1, 2], false, []]);
  });

  it('is moved once, however many take it over and however often', async () => {
    const [a, b] = [await openServer('a'), await openServer('b')];
    await b.table.append([row(1)]);
    await b.table.settle();
    await b.table.append([row(2)]);
    // A lease lets one of them do it; without it, one fails on the record of the other.
    await Promise.allSettled([takeOver(left(b)), takeOver(left(b))]);
    await takeOver(left(b));
    expect(await ids(a)).toEqual([1, 2]);
  });

  it('is not settled by a server that has lost it, whichever comes first', async () => {
    const [a, b] = [await openServer('a'), await openServer('b')];
    await b.table.append([row(1)]);
    b.lease.isOwn = false;
    await expect(b.table.settle()).rejects.toMatchObject({ code: 'server_lease_lost' });
    await expect(takeOver(left(b), false)).rejects.toMatchObject({ code: 'server_lease_lost' });
    expect(await ids(a)).toEqual([1]);
    await takeOver(left(b));
    await expect(b.table.settle()).resolves.toBeUndefined();
    expect([await ids(a), await ids(b)]).toEqual([[1], [1]]);
  });

  it('loses no acknowledged row to what its server still does to its files', async () => {
    const [a, b] = [await openServer('a'), await openServer('b')];
    await b.table.append([row(1)]);
    const taken = left(b);
    await takeOver(taken);
    b.lease.isHeld = false;
    await expect(b.table.append([row(2)])).rejects.toMatchObject({ code: 'server_lease_lost' });
    await b.table[Symbol.asyncDispose]();
    expect(await ids(a)).toEqual([1]);
  });

  it('has its damage set aside in the copy, and every other row in the lake', async () => {
    const [a, b] = [await openServer('a'), await openServer('b')];
    await b.table.append([row(1), row(2), row(3)]);
    const path = join(b.folder, 'coin', segments(b)[0] ?? '');
    writeFileSync(path, readFileSync(path, 'utf8').replace('"id":"2"', '"id":"9"'));
    const taken = left(b);
    await takeOver(taken);
    expect(await ids(a)).toEqual([1, 3]);
    expect(readdirSync(join(taken.copy, 'coin')).filter((name) => name.endsWith('.damaged'))).toHaveLength(1);
    clock += KEEP_MS;
    const last = left(b);
    expect(await takeOver(last)).toBe(true);
    await removeLeftJournals({ store, now: () => clock }, [SHAPE], last);
    expect(readdirSync(join(taken.copy, 'coin'))).toHaveLength(1);
  });
});

async function records(): Promise<number> {
  const query = store
    .tables<{ journal_settled: { segment: string } }>()
    .selectFrom('journal_settled')
    .select('segment');
  return (await query.execute()).length;
}
