import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { JobHandler } from '../../platform/jobs/index.ts';
import { openStore, type Store } from '../../platform/store/index.ts';
import type { DailyAmount } from '../costs/index.ts';
import { formatDay, toDayNumber } from './days.ts';
import { forecastMigrations } from './migrations.ts';
import { scheduleForecasts } from './service.ts';
import { findForecasts, findLastRun } from './store.ts';

let store: Store;
beforeEach(async () => {
  store = await openStore({ database: 'sqlite', folder: mkdtempSync(join(tmpdir(), 'steelyard-forecasts-')) });
  await store.migrate(forecastMigrations);
});
afterEach(() => store[Symbol.asyncDispose]());

const EARLIER = { through: '2026-11-09', daily: 10 };
const LATER = { through: '2026-11-20', daily: 40 };
/** One of the reach, and one of each level: the total, teams, projects, models, endpoints and services. */
const READS = 7;

/** Makes the forecasts while the bill is replaced after a number of reads, and returns the total of every run that was kept. */
async function makeWhileReplaced(afterReads: number): Promise<(string | undefined)[]> {
  let reads = 0;
  const read = () => {
    const bill = reads < afterReads ? EARLIER : LATER;
    reads += 1;
    return bill;
  };
  const handlers = new Map<string, JobHandler>();
  scheduleForecasts(
    {
      store,
      clock: { now: () => Date.parse('2026-11-21T12:00:00Z') },
      jobs: {
        register: (kind, { handler }) => handlers.set(kind, handler),
        schedule: () => {},
        enqueue: async () => {},
      },
      costs: {
        dailyReach: async () => buildReach(read().through),
        dailySeries: async ({ by }) => buildDays(read(), by.length),
        dailyStamp: async () => (reads < afterReads ? 'earlier' : 'later'),
        commitmentEnds: async () => [],
      },
      budgets: { standings: async () => [], subjects: async () => new Map(), stamp: async () => '' },
    },
    { subscribe: () => {} },
  );
  await handlers.get('forecasts.make')?.({}, { signal: new AbortController().signal } as Parameters<JobHandler>[1]);
  const run = await findLastRun(store);
  const kept = await store.tables<{ forecast_run: { id: string } }>().selectFrom('forecast_run').select('id').execute();
  const totals = kept.map(async ({ id }) => (await findForecasts(store, id))[0]?.forecast?.mean);
  expect(run?.standsOn.through).toBe(LATER.through);
  return Promise.all(totals);
}

function buildReach(through: string) {
  const source = { source: 'aws', month: '2026-11', through, chargedDays: 40, producedAt: null, isFollowed: false };
  return { months: ['2026-10', '2026-11'], sources: [source], deliveries: [through] };
}

function buildDays({ through, daily }: typeof EARLIER, keys: number): DailyAmount[] {
  const first = toDayNumber('2026-10-01');
  return Array.from({ length: toDayNumber(through) - first + 1 }, (_, index) => ({
    keys: Array.from({ length: keys }, () => 'one'),
    day: formatDay(first + index),
    currency: 'USD',
    amount: String(daily),
  }));
}

describe('forecasts of a bill that is replaced while it is read', () => {
  // 0: before the first read. One read belongs to the commitments, before the forecasts.
  it.each(Array.from({ length: READS + 2 }, (_, index) => index))('after %i reads, are of one bill', async (reads) => {
    const totals = await makeWhileReplaced(reads);
    for (const total of totals) expect([EARLIER.daily * 30, LATER.daily * 30]).toContain(Number(total));
    expect(Number(totals.at(-1))).toBe(LATER.daily * 30);
  });
});
