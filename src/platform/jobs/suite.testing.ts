import { describe, expect, it, vi } from 'vitest';
import type { Store } from '../store/index.ts';
import type { Place } from '../store/suite.testing.ts';
import { HOUR_MS, SECOND_MS } from '../units/durations.ts';
import { gatedHandler, jobsOn, rows, testClock } from './fixtures.testing.ts';
import { jobMigrations } from './index.ts';
import { scheduleTests } from './schedules.testing.ts';

/** Contract for jobs on both engines. */
export function jobsSuite(engine: string, newPlace: () => Promise<Place>): void {
  describe(`jobs on ${engine}`, () => {
    const open = async () => {
      const store = await (await newPlace()).open();
      await store.migrate(jobMigrations);
      return store;
    };
    runningTests(open);
    limitTests(open);
    failureTests(open);
    stopTests(open);
    leaseTests(open);
    scheduleTests(open);
  });
}

function runningTests(open: () => Promise<Store>): void {
  it('runs what was committed, in the order in which it fell due, and leaves nothing of it', async () => {
    await using store = await open();
    const { jobs, add } = jobsOn(store, testClock(), 1);
    const seen: unknown[] = [];
    jobs.register('k', { handler: async (payload, { attempt }) => void seen.push([payload, attempt]) });
    await add({ payload: { n: 1 } });
    await add({ payload: 'é' });
    await add({ payload: 'first', runAt: '2026-10-31T23:00:00Z' });
    await jobs.drain();
    expect(seen).toEqual([
      ['first', 1],
      [{ n: 1 }, 1],
      ['é', 1],
    ]);
    expect(await rows(store)).toEqual([]);
  });

  it('runs nothing of a transaction that is rolled back', async () => {
    await using store = await open();
    const { jobs } = jobsOn(store);
    const handler = vi.fn(async () => undefined);
    jobs.register('k', { handler });
    const failing = store.transaction(async (sql) => {
      await jobs.enqueue(sql, { kind: 'k', payload: 0 });
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    await jobs.drain();
    expect(handler).not.toHaveBeenCalled();
  });

  it('starts no job of a kind that is held, and starts it when the hold ends', async () => {
    await using store = await open();
    const { jobs, add } = jobsOn(store);
    const seen: string[] = [];
    for (const kind of ['k', 'other']) jobs.register(kind, { handler: async () => void seen.push(kind) });
    const hold = jobs.hold(['k']);
    const again = jobs.hold(['k']);
    await add({ payload: 1 });
    await add({ kind: 'other', payload: 2 });
    await jobs.drain();
    hold[Symbol.dispose]();
    await jobs.drain();
    expect(seen).toEqual(['other']);
    again[Symbol.dispose]();
    await jobs.drain();
    expect([seen, await rows(store)]).toEqual([['other', 'k'], []]);
  });

  it('waits for the start time of a job', async () => {
    await using store = await open();
    const { jobs, add, clock } = jobsOn(store);
    const handler = vi.fn(async () => undefined);
    jobs.register('k', { handler });
    await add({ runAt: '2026-11-01T01:00:00Z' });
    clock.forward(HOUR_MS - 1);
    await jobs.drain();
    expect(handler).not.toHaveBeenCalled();
    clock.forward(1);
    await jobs.drain();
    expect(handler).toHaveBeenCalledOnce();
  });

  it('begins by itself once it is started, without waiting for a poll', async () => {
    await using store = await open();
    const { jobs, add } = jobsOn(store);
    await using started = jobs;
    const ran = Promise.withResolvers<unknown>();
    started.register('k', { handler: async (payload) => ran.resolve(payload) });
    started.start();
    await add({ payload: 5 });
    expect(await ran.promise).toBe(5);
  });

  it('leaves kinds that this version does not know to others', async () => {
    await using store = await open();
    const { jobs, add } = jobsOn(store);
    jobs.register('k', { handler: async () => undefined });
    await add({ kind: 'of a later version' });
    await add({});
    await jobs.drain();
    expect(await rows(store)).toMatchObject([{ kind: 'of a later version', state: 'waiting', attempts: 0 }]);
  });
}

function limitTests(open: () => Promise<Store>): void {
  it('runs no more at once than it may, and all of them in the end', async () => {
    await using store = await open();
    const { jobs, add } = jobsOn(store, testClock(), 3);
    let [inside, most, done] = [0, 0, 0];
    jobs.register('k', {
      handler: async () => {
        inside += 1;
        most = Math.max(most, inside);
        await new Promise((resolve) => setImmediate(resolve));
        inside -= 1;
        done += 1;
      },
    });
    for (let n = 0; n < 10; n++) await add({ payload: n });
    await jobs.drain();
    expect([most, done]).toEqual([3, 10]);
  });

  it('takes a job with a unique key once while it waits or runs, and again afterwards', async () => {
    await using store = await open();
    const { jobs, add } = jobsOn(store);
    const { handler, begun, open: letGo } = gatedHandler();
    const counted = vi.fn(handler);
    jobs.register('k', { handler: counted });
    await add({ uniqueKey: 'one' });
    await add({ uniqueKey: 'one' });
    const draining = jobs.drain();
    await begun;
    await add({ uniqueKey: 'one' });
    letGo();
    await draining;
    expect(counted).toHaveBeenCalledOnce();
    await add({ uniqueKey: 'one' });
    await jobs.drain();
    expect(counted).toHaveBeenCalledTimes(2);
  });
}

function failureTests(open: () => Promise<Store>): void {
  it('tries a failed job again after pauses that double, and keeps it when its last try failed', async () => {
    await using store = await open();
    const { jobs, add, clock, telemetry } = jobsOn(store);
    const tries: number[] = [];
    jobs.register('k', {
      maxAttempts: 3,
      handler: async (_payload, { attempt }) => {
        tries.push(attempt);
        throw new Error('the cloud is away');
      },
    });
    await add({ uniqueKey: 'one' });
    await jobs.drain();
    clock.forward(5 * SECOND_MS - 1);
    await jobs.drain();
    expect(tries).toEqual([1]);
    clock.forward(1);
    await jobs.drain();
    clock.forward(10 * SECOND_MS - 1);
    await jobs.drain();
    expect(tries).toEqual([1, 2]);
    clock.forward(1);
    await jobs.drain();
    clock.forward(HOUR_MS);
    await jobs.drain();
    expect(tries).toEqual([1, 2, 3]);
    expect(await rows(store)).toMatchObject([{ state: 'failed', attempts: 3, error: 'Error: the cloud is away' }]);
    const { text } = await telemetry.exposition();
    expect(text).toContain('steelyard_jobs_total{kind="k",outcome="retried"} 2');
    expect(text).toContain('steelyard_jobs_total{kind="k",outcome="failed"} 1');
    await add({ uniqueKey: 'one' });
    expect(await rows(store)).toHaveLength(2);
  });
}

function stopTests(open: () => Promise<Store>): void {
  it('aborts what runs when it stops, waits for it and gives it back untried', async () => {
    await using store = await open();
    const { jobs, add, clock } = jobsOn(store);
    const begun = Promise.withResolvers<void>();
    let ended = false;
    jobs.register('k', {
      handler: (_payload, { signal }) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => {
            ended = true;
            reject(signal.reason);
          });
          begun.resolve();
        }),
    });
    await add({});
    jobs.start();
    await begun.promise;
    await jobs[Symbol.asyncDispose]();
    expect(ended).toBe(true);
    expect(await rows(store)).toMatchObject([{ state: 'waiting', attempts: 0 }]);
    const next = jobsOn(store, clock);
    const attempts: number[] = [];
    next.jobs.register('k', { handler: async (_payload, { attempt }) => void attempts.push(attempt) });
    await next.jobs.drain();
    expect(attempts).toEqual([1]);
  });

  it('counts a job as done that ends well although it was told to stop', async () => {
    await using store = await open();
    const { jobs, add } = jobsOn(store);
    const { handler, begun, open: letGo } = gatedHandler();
    jobs.register('k', { handler });
    await add({});
    jobs.start();
    const signal = await begun;
    const stopped = jobs[Symbol.asyncDispose]();
    await vi.waitFor(() => expect(signal.aborted).toBe(true), { timeout: 15_000, interval: 1 });
    letGo();
    await stopped;
    expect(await rows(store)).toEqual([]);
  });
}

/** The state that a dead server leaves. Its only slot is taken, so it does not poll again, as an idle server would when its job is released. */
const soonDead = (store: Store, clock = testClock()) => jobsOn(store, clock, 1);

function leaseTests(open: () => Promise<Store>): void {
  it('takes up after a restart what a crash left running', async () => {
    await using store = await open();
    const first = soonDead(store);
    const { handler, begun } = gatedHandler();
    first.jobs.register('k', { handler });
    await first.add({ payload: 'p' });
    first.jobs.drain().catch(() => undefined);
    await begun;
    // A dead server's clock stands still.
    const second = jobsOn(store, testClock('2026-11-01T00:00:30Z'));
    const seen: unknown[] = [];
    second.jobs.register('k', { handler: async (payload, { attempt }) => void seen.push([payload, attempt]) });
    await second.jobs.drain();
    expect(seen).toEqual([['p', 2]]);
  });

  it('gives up a job that ends its server in every try', async () => {
    await using store = await open();
    for (let life = 0; life < 3; life++) {
      const { jobs, add } = soonDead(store, testClock(`2026-11-01T0${life}:00:00Z`));
      const { handler, begun } = gatedHandler();
      jobs.register('k', { handler, maxAttempts: 3 });
      if (life === 0) await add({});
      jobs.drain().catch(() => undefined);
      await begun;
    }
    const { jobs } = jobsOn(store, testClock('2026-11-01T03:00:00Z'));
    const handler = vi.fn(async () => undefined);
    jobs.register('k', { handler, maxAttempts: 3 });
    await jobs.drain();
    expect(handler).not.toHaveBeenCalled();
    expect(await rows(store)).toMatchObject([
      { state: 'failed', error: expect.stringContaining('each of 3 attempts') },
    ]);
  });

  it('keeps its own job when its lease ran out because the process did not get round to renewing it', async () => {
    await using store = await open();
    const { jobs, add, clock } = jobsOn(store);
    const { handler, begun, open: letGo } = gatedHandler();
    const counted = vi.fn(handler);
    jobs.register('k', { handler: counted });
    jobs.register('other', { handler: async () => undefined });
    await add({});
    const draining = jobs.drain();
    await begun;
    clock.forward(HOUR_MS);
    await add({ kind: 'other' });
    jobs.start();
    await vi.waitFor(async () => expect(await rows(store)).toMatchObject([{ kind: 'k', attempts: 1 }]), 15_000);
    letGo();
    await draining;
    await jobs[Symbol.asyncDispose]();
    expect(counted).toHaveBeenCalledOnce();
    expect(await rows(store)).toEqual([]);
  });
}
