import { expect, it, vi } from 'vitest';
import type { Place } from '../store/suite.testing.ts';
import { SECOND_MS } from '../units/durations.ts';
import { gatedHandler, jobsOn } from './fixtures.testing.ts';
import { type JobHandler, jobMigrations } from './index.ts';

/** Contract for several servers on one store. SQLite allows only one server, enforced by the folder lock. */
export function sharedJobsSuite(newPlace: () => Promise<Place>): void {
  it('shares the jobs between servers: each runs once', async () => {
    const place = await newPlace();
    await using one = await place.open();
    await using other = await place.open();
    await one.migrate(jobMigrations);
    const seen: unknown[] = [];
    const servers = [jobsOn(one), jobsOn(other)];
    const handler: JobHandler = async (payload) => {
      await new Promise((resolve) => setImmediate(resolve));
      seen.push(payload);
    };
    for (const { jobs } of servers) jobs.register('k', { handler });
    for (const { jobs } of servers) jobs.start();
    await Promise.all(Array.from({ length: 50 }, (_, n) => servers[n % 2]?.add({ payload: n })));
    await vi.waitFor(() => expect(seen).toHaveLength(50), { timeout: 20_000 });
    for (const { jobs } of servers) await jobs[Symbol.asyncDispose]();
    expect(seen.toSorted((a, b) => Number(a) - Number(b))).toEqual(Array.from({ length: 50 }, (_, n) => n));
  });

  it('leaves a job to the server that runs it, and takes it when its lease has run out', async () => {
    const place = await newPlace();
    await using one = await place.open();
    await using other = await place.open();
    await one.migrate(jobMigrations);
    const first = jobsOn(one);
    const { handler, begun } = gatedHandler();
    first.jobs.register('k', { handler });
    await first.add({});
    first.jobs.drain().catch(() => undefined);
    await begun;
    const second = jobsOn(other);
    const taken = vi.fn(async () => undefined);
    second.jobs.register('k', { handler: taken });
    second.clock.forward(30 * SECOND_MS - 1);
    await second.jobs.drain();
    expect(taken).not.toHaveBeenCalled();
    second.clock.forward(1);
    await second.jobs.drain();
    expect(taken).toHaveBeenCalledOnce();
  });
}
