import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql as raw } from 'kysely';
import { pino } from 'pino';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Place } from '../store/suite.testing.ts';
import { assertNotShared, joinServers, type MembershipDeps, serverMigrations, type Takeover } from './index.ts';
import { awaitLease, tryLease } from './lease.ts';
import { findServers } from './store.ts';

const LEASE_MS = 20_000;
const LISTING_AGE_MS = 120_000;

/** Contract of leases and takeovers; SQLite has one server, and only tests the rules. */
export function serversSuite(engine: string, newPlace: () => Promise<Place>): void {
  describe(`the servers of a store on ${engine}`, () => {
    leaseTests(() => openBench(newPlace));
    takeoverTests(() => openBench(newPlace));
    fenceTests(() => openBench(newPlace));
  });
}

type Bench = Awaited<ReturnType<typeof openBench>>;

async function openBench(newPlace: () => Promise<Place>) {
  const store = await (await newPlace()).open();
  await store.migrate(serverMigrations);
  onTestFinished(() => store[Symbol.asyncDispose]());
  const data = mkdtempSync(join(tmpdir(), 'servers-'));
  const start = Date.parse('2026-11-26T12:00:00Z');
  /** Unix milliseconds of all clocks, unless a test sets them apart. */
  const clocks = { store: start, wall: start, monotonic: start };
  const deps = {
    ...{ store, log: pino({ level: 'silent' }), leaseMs: LEASE_MS },
    clock: { now: () => clocks.wall },
    monotonicNow: () => clocks.monotonic,
    storeClock: () => raw<number>`cast(${raw.lit(clocks.store)} as bigint)`,
  };
  const take = async (holder: string, lost: () => void = () => undefined) => {
    const lease = await tryLease(deps, { name: 'a', holder, facts: null, lost });
    if (lease !== null) onTestFinished(() => lease[Symbol.asyncDispose]());
    return lease;
  };
  return {
    ...{ store, data, clocks, deps, take },
    forward(ms: number) {
      for (const clock of ['store', 'wall', 'monotonic'] as const) clocks[clock] += ms;
    },
    async taken(holder: string, lost?: () => void) {
      const lease = await take(holder, lost);
      if (lease === null) throw new Error('the lease is held');
      return lease;
    },
    async joined(name: string, changes: Partial<MembershipDeps> = {}) {
      const server = {
        name,
        data,
        roles: ['api'] as const,
        version: '1.0.0',
        url: () => null,
        lost: () => undefined,
        inherited: ['serving'],
        fenceMs: 0,
      };
      const member = await joinServers({ ...deps, ...server, ...changes });
      onTestFinished(() => member[Symbol.asyncDispose]());
      return member;
    },
    states: async () => (await findServers(store, deps.storeClock)).map((one) => [one.name, one.isHeld, one.holder]),
  };
}

/** Records a takeover; journals are over when `isOver` says so. */
function recordTakeover({ store, data }: Bench, isOver: () => boolean) {
  const said: string[] = [];
  const files = new Set<string>();
  const short = (folder: string) => folder.slice(join(data, 'servers').length + 1).replace(/-[0-9a-f]+/, '');
  const takeover: Takeover = {
    move: async ({ folder, assertHeld }) => {
      await store.transaction((sql) => assertHeld(sql));
      said.push(`move ${short(folder)}`);
      return isOver();
    },
    remove: async ({ folder }) => {
      said.push(`remove ${short(folder)}`);
      rmSync(folder, { recursive: true });
    },
    takeFiles: async (folder) => void files.add(short(folder)),
  };
  return { said, files, takeover };
}

function leaseTests(open: () => Promise<Bench>): void {
  it('give a name to one of them, and to the next when its lease has expired', async () => {
    const { store, take, forward, taken } = await open();
    const first = await taken('a');
    forward(LEASE_MS - 1);
    expect(await take('b')).toBeNull();
    forward(1);
    const second = await taken('b');
    await expect(store.transaction((sql) => first.assertHeld(sql))).rejects.toMatchObject({
      code: 'server_lease_lost',
    });
    await store.transaction((sql) => second.assertHeld(sql));
  });

  it('give it to one of many that ask at once', async () => {
    const { take } = await open();
    const asked = await Promise.all(['a', 'b', 'c', 'd', 'e', 'f'].map((holder) => take(holder)));
    expect(asked.filter((lease) => lease !== null)).toHaveLength(1);
  });

  it('hold a lease for less time than the store does, and again when it was renewed', async () => {
    const { take, forward, taken } = await open();
    const lease = await taken('a');
    forward((LEASE_MS * 3) / 4 - 1);
    expect(lease.isHeld()).toBe(true);
    forward(1);
    expect([lease.isHeld(), await take('b')]).toEqual([false, null]);
    await lease.renew();
    expect(lease.isHeld()).toBe(true);
    // Expired, and not taken by another server.
    forward(10 * LEASE_MS);
    expect(lease.isHeld()).toBe(false);
    await lease.renew();
    expect([lease.isHeld(), await take('b')]).toEqual([true, null]);
  });

  it.each([
    ['the machine was suspended, and the monotonic clock stood still', 'wall'],
    ['the clock was set back', 'monotonic'],
  ] as const)('hold no lease after its time when %s', async (_why, clock) => {
    const { clocks, taken } = await open();
    const lease = await taken('a');
    clocks[clock] += LEASE_MS;
    expect(lease.isHeld()).toBe(false);
  });

  it('lose a lease for good when another server has it', async () => {
    const { take, forward, taken } = await open();
    const lost: string[] = [];
    const lease = await taken('a', () => lost.push('a'));
    forward(LEASE_MS);
    const next = await taken('b');
    await lease.renew();
    await lease.renew();
    expect([lease.isHeld(), next.isHeld(), lost]).toEqual([false, true, ['a']]);
    await lease[Symbol.asyncDispose]();
    expect(await take('c')).toBeNull();
  });

  it('release a lease when they stop', async () => {
    const { take, taken, states } = await open();
    const lease = await taken('a');
    await lease[Symbol.asyncDispose]();
    expect(await states()).toEqual([['a', false, 'a']]);
    expect(await take('b')).not.toBeNull();
  });

  it('refuse a second one of the same name', async () => {
    const { deps } = await open();
    const { monotonicNow: _ours, storeClock: _stored, ...own } = { ...deps, leaseMs: 400 };
    const real = { ...own, clock: { now: () => Date.now() } };
    const options = { name: 'a', holder: 'a', facts: null };
    await using _first = await awaitLease(real, options);
    await expect(awaitLease(real, options)).rejects.toMatchObject({
      code: 'server_name_in_use',
      message: expect.stringContaining('Give each server its own name'),
    });
  });
}

function takeoverTests(open: () => Promise<Bench>): void {
  it('refuse another data folder than that of the first', async () => {
    const { joined } = await open();
    await joined('a');
    const other = mkdtempSync(join(tmpdir(), 'servers-'));
    await expect(joined('b', { data: other })).rejects.toMatchObject({
      code: 'server_folder_differs',
      message: expect.stringContaining('Mount the same volume on every server'),
    });
    expect(readdirSync(other)).toEqual([]);
    await joined('c');
  });

  it('refuse a server without a name, from the first one with a name on', async () => {
    const { store, joined } = await open();
    await assertNotShared(store);
    await joined('a');
    await expect(assertNotShared(store)).rejects.toMatchObject({
      code: 'config_invalid',
      message: expect.stringContaining('Name this one with the setting "server", and use their data folder'),
    });
  });

  it('take the journals of an ended one over, and forget it when they are gone', async () => {
    const bench = await open();
    const { joined, states, forward } = bench;
    const [a, b] = [await joined('a'), await joined('b')];
    for (const { journals } of [a, b]) mkdirSync(journals);
    let isOver = false;
    const { said, files, takeover } = recordTakeover(bench, () => isOver);
    await a.takeOver(takeover);
    expect([said, await a.otherJournals(), await b.otherJournals()]).toEqual([[], [b.journals], [a.journals]]);
    await b[Symbol.asyncDispose]();
    await a.takeOver(takeover);
    expect([said.splice(0), await a.otherJournals()]).toEqual([['move b/journals'], [b.journals]]);
    expect([...files]).toEqual(['b']);
    isOver = true;
    await a.takeOver(takeover);
    // A listing may be old: a file may be there that this server does not see yet.
    expect(said.splice(0)).toEqual(['move b/journals']);
    forward(LISTING_AGE_MS);
    await a.lease.renew();
    await a.takeOver(takeover);
    expect([said, await a.otherJournals()]).toEqual([['move b/journals', 'remove b/journals'], []]);
    expect(await states()).toEqual([['a', true, 'a']]);
  });

  it('take over the journals of their own earlier process, with a new folder', async () => {
    const bench = await open();
    const { joined, forward } = bench;
    const before = await joined('a');
    mkdirSync(before.journals);
    await before[Symbol.asyncDispose]();
    const after = await joined('a');
    const { said, takeover } = recordTakeover(bench, () => true);
    await after.takeOver(takeover);
    forward(LISTING_AGE_MS);
    await after.takeOver(takeover);
    expect(said).toEqual(['move a/journals', 'move a/journals', 'remove a/journals']);
    expect(before.journals).not.toBe(after.journals);
  });

  it('take over the journals of the only server that the folder had before', async () => {
    const bench = await open();
    const { data, joined, states, forward } = bench;
    for (const name of ['journals', 'serving']) mkdirSync(join(data, name, 'of-the-only-server'), { recursive: true });
    const a = await joined('a');
    expect(readdirSync(join(a.folder, 'serving'))).toEqual(['of-the-only-server']);
    const { said, takeover } = recordTakeover(bench, () => true);
    await a.takeOver(takeover);
    forward(LISTING_AGE_MS);
    await a.lease.renew();
    await a.takeOver(takeover);
    expect(said).toEqual(['move _former/journals', 'move _former/journals', 'remove _former/journals']);
    expect(readdirSync(data)).toEqual(['servers']);
    expect(await states()).toEqual([['a', true, 'a']]);
  });
}

function fenceTests(open: () => Promise<Bench>): void {
  it('acknowledge no row into journals that another one has begun to take over', async () => {
    const bench = await open();
    const [a, b] = [await bench.joined('a'), await bench.joined('b')];
    for (const { journals } of [a, b]) mkdirSync(journals);
    expect([await a.isUntaken(), await b.isUntaken()]).toEqual([true, true]);
    await b[Symbol.asyncDispose]();
    await a.takeOver(recordTakeover(bench, () => true).takeover);
    expect([await a.isUntaken(), await b.isUntaken(), readdirSync(b.journals)]).toEqual([true, false, ['taken']]);
    rmSync(b.journals, { recursive: true });
    expect(await b.isUntaken()).toBe(false);
  });

  it('let one renew its lease first that was kept from it by the same outage of the store', async () => {
    const bench = await open();
    const { joined, forward } = bench;
    const [a, b] = [await joined('a'), await joined('b')];
    for (const { journals } of [a, b]) mkdirSync(journals);
    const { said, takeover } = recordTakeover(bench, () => true);
    forward(LEASE_MS);
    await a.lease.renew();
    await a.takeOver(takeover);
    expect(said).toEqual([]);
    await b.lease.renew();
    expect(b.lease.isHeld()).toBe(true);
    // Since then only the other one has renewed its lease.
    for (let renewals = 0; renewals < 3; renewals += 1) {
      forward(LEASE_MS / 2);
      await a.lease.renew();
    }
    await a.takeOver(takeover);
    expect(said).toEqual(['move b/journals']);
  });
}
