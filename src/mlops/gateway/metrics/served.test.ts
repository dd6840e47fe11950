import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openStore, type Store } from '../../../platform/store/index.ts';
import { HOUR_MS, MINUTE_MS } from '../../../platform/units/durations.ts';
import { gatewayMigrations } from '../migrations.ts';
import { countServed } from './served.ts';
import { saveTallies } from './store.ts';
import { createTallies, type RequestEnding } from './tally.ts';
import { countVersionServed } from './version-served.ts';

const NOW = 1_000 * HOUR_MS;

let store: Store;
beforeAll(async () => {
  store = await openStore({ database: 'sqlite', folder: mkdtempSync(join(tmpdir(), 'served-')) });
  await store.migrate(gatewayMigrations);
});
afterAll(() => store?.[Symbol.asyncDispose]());

async function counted(
  endpoint: string,
  at: number,
  requests: readonly (readonly [RequestEnding, latencyMs: number])[],
) {
  const tallies = createTallies();
  const what = { endpoint, variant: 'main', model: 'ranker', version: '1' };
  for (const [ending, latencyMs] of requests) tallies.request(what, ending, latencyMs, at);
  await store.append((sql) => saveTallies(sql, endpoint, tallies.changed(at)));
}

const ask = (withinMs: number | null, lengthsMs = [72 * HOUR_MS, HOUR_MS, 5 * MINUTE_MS], model = 'ranker') =>
  countServed(store, { model, now: NOW, lengthsMs, withinMs });

it('says how many requests of a model failed or were slow in each window, over all endpoints', async () => {
  await counted('a', NOW - 70 * HOUR_MS, [
    ['answered', 10],
    ['failed', 5],
  ]);
  await counted('b', NOW - 30 * MINUTE_MS, [
    ['answered', 900],
    ['answered', 20],
    ['refused', 1],
  ]);
  await counted('a', NOW - 2 * MINUTE_MS, [
    ['lost', 3],
    ['answered', 20],
  ]);
  expect(await ask(null)).toEqual([
    { requests: 7, bad: 2 },
    { requests: 5, bad: 1 },
    { requests: 2, bad: 1 },
  ]);
  expect(await ask(100)).toEqual([
    { requests: 4, bad: 1 },
    { requests: 3, bad: 1 },
    { requests: 1, bad: 0 },
  ]);
});

it('knows nothing of a model that is not served', async () => {
  expect(await ask(null, [HOUR_MS], 'other')).toBeNull();
});

it('counts requests, failures and slow answers of one version', async () => {
  const window = { start: NOW - 72 * HOUR_MS, end: NOW, withinMs: 100 };
  const ask = (version: string) => countVersionServed(store, { model: 'ranker', version }, window);
  const counted = await ask('1');
  expect(counted).toMatchObject({ requests: 7, errors: 2, answers: 4, slow: 1 });
  expect(counted?.p95Ms).toBeCloseTo(20, 0);
  expect(await ask('2')).toBeNull();
});
