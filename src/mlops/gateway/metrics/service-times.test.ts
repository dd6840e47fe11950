import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openStore, type Store } from '../../../platform/store/index.ts';
import { HOUR_MS } from '../../../platform/units/durations.ts';
import { gatewayMigrations } from '../migrations.ts';
import { readHourlyRequests } from './hourly-requests.ts';
import { loadServiceTimes } from './service-times.ts';
import { saveTallies } from './store.ts';
import { createTallies } from './tally.ts';

const WINDOW = { start: 0, end: 10 * HOUR_MS };

let store: Store;
beforeAll(async () => {
  store = await openStore({ database: 'sqlite', folder: mkdtempSync(join(tmpdir(), 'service-times-')) });
  await store.migrate(gatewayMigrations);
});
afterAll(() => store?.[Symbol.asyncDispose]());

const what = (endpoint: string, version = '1') => ({ endpoint, variant: 'main', model: 'ranker', version });

async function served(
  endpoint: string,
  answers: readonly (readonly [concurrent: number, seconds: number, count: number])[],
) {
  const tallies = createTallies();
  for (const [concurrent, seconds, count] of answers) {
    for (let one = 0; one < count; one += 1) {
      tallies.served(what(endpoint), { seconds: seconds * (0.5 + (one + 0.5) / count), concurrent }, HOUR_MS);
    }
  }
  await store.append((sql) => saveTallies(sql, `server of ${endpoint}`, tallies.changed(HOUR_MS)));
}

const readServiceTimes = (endpoint: string, version = '1') => loadServiceTimes(store, { endpoint, version }, WINDOW);

it('are those of the largest concurrency with enough answers, those above it included', async () => {
  await served('busy', [
    [1, 0.1, 5000],
    [3, 0.3, 150],
    [7, 0.9, 60],
  ]);
  const measured = await readServiceTimes('busy');
  expect(measured).toMatchObject({ concurrency: 2, measurements: 210 });
  expect(measured?.serviceSeconds).toHaveLength(210);
  const mean = (measured?.serviceSeconds ?? []).reduce((sum, seconds) => sum + seconds, 0) / 210;
  expect(mean).toBeCloseTo((150 * 0.3 + 60 * 0.9) / 210, 6);
  expect(Math.max(...(measured?.serviceSeconds ?? []))).toBeGreaterThan(1.2);
});

it('are unknown with few answers, of another version, and from before they were recorded', async () => {
  await served('quiet', [[1, 0.1, 199]]);
  expect(await readServiceTimes('quiet')).toBeNull();
  expect(await readServiceTimes('busy', '2')).toBeNull();
  const tallies = createTallies();
  tallies.request(what('old'), 'answered', 100, HOUR_MS);
  await store.append((sql) => saveTallies(sql, 'server', tallies.changed(HOUR_MS)));
  expect(await readServiceTimes('old')).toBeNull();
});

it('requests of an hour are those of all versions of the model, whole when nine tenths of it were measured', async () => {
  const tallies = createTallies();
  for (const [version, from, until] of [
    ['1', 0, 0.5],
    ['2', 0.5, 1],
    ['2', 1, 1.5],
  ] as const) {
    const within = { start: from * HOUR_MS, end: until * HOUR_MS };
    tallies.replicas(what('trace', version), 1, within);
    tallies.request(what('trace', version), 'answered', 1, within.start);
    tallies.request(what('trace', version), 'throttled', 1, within.start);
  }
  tallies.request({ ...what('trace'), model: 'other' }, 'answered', 1, 0);
  await store.append((sql) => saveTallies(sql, 'server', tallies.changed(2 * HOUR_MS)));
  expect(await readHourlyRequests(store, { endpoint: 'trace', model: 'ranker' }, WINDOW)).toEqual([
    { at: 0, requests: 4, isWhole: true },
    { at: HOUR_MS, requests: 2, isWhole: false },
  ]);
});
