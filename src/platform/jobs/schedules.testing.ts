import { expect, it, vi } from 'vitest';
import type { Store } from '../store/index.ts';
import { HOUR_MS, SECOND_MS } from '../units/durations.ts';
import { gatedHandler, jobsOn, testClock } from './fixtures.testing.ts';

export function scheduleTests(open: () => Promise<Store>): void {
  it('enqueues at the times of the pattern, in UTC, and makes up once for those it missed', async () => {
    await using store = await open();
    const { jobs, clock } = jobsOn(store, testClock('2026-11-01T01:59:59Z'));
    const times: string[] = [];
    jobs.register('k', { handler: async () => void times.push(new Date(clock.now()).toISOString()) });
    jobs.schedule('nightly', '0 2 * * *', { kind: 'k', payload: 0 });
    await jobs.drain();
    expect(times).toEqual([]);
    clock.forward(SECOND_MS);
    await jobs.drain();
    await jobs.drain();
    clock.forward(80 * HOUR_MS);
    await jobs.drain();
    await jobs.drain();
    expect(times).toEqual(['2026-11-01T02:00:00.000Z', '2026-11-04T10:00:00.000Z']);
  });

  it('keeps its next time over a restart, unless the pattern has changed', async () => {
    await using store = await open();
    const clock = testClock('2026-11-01T00:30:00Z');
    let runs = 0;
    const start = async (cron: string) => {
      const { jobs } = jobsOn(store, clock);
      jobs.register('k', { handler: async () => void runs++ });
      jobs.schedule('s', cron, { kind: 'k', payload: 0 });
      await jobs.drain();
      await jobs[Symbol.asyncDispose]();
    };
    await start('0 1 * * *');
    clock.forward(HOUR_MS);
    await start('0 1 * * *');
    expect(runs).toBe(1);
    await start('*/10 * * * *');
    clock.forward(10 * 60 * SECOND_MS);
    await start('*/10 * * * *');
    expect(runs).toBe(2);
  });

  it('lets one of several servers enqueue the job of a time', async () => {
    await using store = await open();
    const clock = testClock('2026-11-01T00:59:00Z');
    let runs = 0;
    const servers = [jobsOn(store, clock), jobsOn(store, clock), jobsOn(store, clock)].map(({ jobs }) => jobs);
    for (const jobs of servers) {
      jobs.register('k', { handler: async () => void runs++ });
      jobs.schedule('hourly', '0 * * * *', { kind: 'k', payload: 0 });
    }
    const drainAll = () => Promise.all(servers.map((jobs) => jobs.drain()));
    await drainAll();
    clock.forward(60 * SECOND_MS);
    await drainAll();
    await drainAll();
    expect(runs).toBe(1);
  });

  it('leaves out a time while the job of the time before has not ended', async () => {
    await using store = await open();
    const { jobs, clock } = jobsOn(store, testClock('2026-11-01T00:59:59Z'));
    const { handler, begun, open: letGo } = gatedHandler();
    const counted = vi.fn(handler);
    jobs.register('k', { handler: counted });
    jobs.register('other', { handler: async () => undefined });
    jobs.schedule('s', '0 * * * *', { kind: 'k', payload: 0 });
    await jobs.drain();
    clock.forward(SECOND_MS);
    const draining = jobs.drain();
    await begun;
    clock.forward(HOUR_MS);
    jobs.start();
    await vi.waitFor(async () => {
      const next = await store.tables<{ job_schedule: { next_at: string } }>().selectFrom('job_schedule').selectAll();
      expect(await next.executeTakeFirst()).toMatchObject({ next_at: '2026-11-01T03:00:00.000Z' });
    }, 15_000);
    letGo();
    await draining;
    await jobs[Symbol.asyncDispose]();
    expect(counted).toHaveBeenCalledOnce();
  });

  it.each(['', 'every day', '0 25 * * *', '* * * *'])('refuses the pattern %j', async (pattern) => {
    await using store = await open();
    const { jobs } = jobsOn(store);
    expect(() => jobs.schedule('s', pattern, { kind: 'k', payload: 0 })).toThrow();
  });
}
