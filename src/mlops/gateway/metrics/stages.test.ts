import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openStore, type Store } from '../../../platform/store/index.ts';
import { createLog } from '../../../platform/telemetry/index.ts';
import { gatewayMigrations } from '../migrations.ts';
import { computeBusyShare, createServingUse } from '../use.ts';
import { createMetricRecorder } from './recorder.ts';
import { readStageCounts, saveStageTallies } from './stages.ts';

const NOW = Date.parse('2026-11-26T10:30:20Z');
const HOUR = { start: Date.parse('2026-11-26T10:00:00Z'), end: Date.parse('2026-11-26T11:00:00Z') };
const [small, large] = [
  { endpoint: 'e', variant: 'small', model: 'm', version: '1' },
  { endpoint: 'e', variant: 'large', model: 'm', version: '2' },
];

let store: Store;
beforeAll(async () => {
  store = await openStore({ database: 'sqlite', folder: mkdtempSync(join(tmpdir(), 'stages-')) });
  await store.migrate(gatewayMigrations);
});
afterAll(() => store[Symbol.asyncDispose]());

it('requests along a route are load of the variants that were asked, and counts of the route', async () => {
  const metrics = createMetricRecorder({
    store,
    clock: { now: () => NOW },
    log: createLog('silent'),
    active: () => [],
  });
  // Three requests along the route, of which one is escalated and one fails; and a direct one.
  metrics.request({ ...small, variant: 'thrifty' }, 'answered', 10);
  metrics.request({ ...large, variant: 'thrifty' }, 'answered', 50);
  metrics.request({ ...small, variant: 'thrifty' }, 'failed', 5);
  metrics.request(small, 'answered', 20);
  metrics.stage({ ...small, route: 'thrifty' }, 'accepted', 10);
  metrics.stage({ ...small, route: 'thrifty' }, 'escalated', 12);
  metrics.stage({ ...small, route: 'thrifty' }, 'failed', 5);
  metrics.stage({ ...large, route: 'thrifty' }, 'accepted', 38);
  const variants = { variants: async () => [], changeReplicas: async () => '', wake: () => undefined };
  const use = createServingUse({ store, metrics, serving: { variants, changes: {} as never } });
  const spans = await use.spans('e', { ...HOUR, unit: 'hour' });
  expect(spans.map(({ variant, requests, busyMs }) => [variant, requests, busyMs])).toEqual([
    ['small', 4, 47],
    ['large', 1, 38],
  ]);
  expect(await use.stages('e', { ...HOUR, unit: 'minute' })).toMatchObject([
    { route: 'thrifty', variant: 'large', version: '2', asked: 1, escalated: 0, failed: 0, busyMs: 38 },
    { at: Date.parse('2026-11-26T10:30:00Z'), route: 'thrifty', variant: 'small', asked: 3, escalated: 1, failed: 1 },
  ]);
});

it('counts of several servers are added up', async () => {
  const tally = {
    ...large,
    route: 'thrifty',
    at: HOUR.start,
    spanMs: 3_600_000,
    asked: 2,
    escalated: 0,
    failed: 1,
    busyMs: 7,
  };
  await saveStageTallies(store, 'other', [tally]);
  expect(await readStageCounts(store, 'e', HOUR)).toMatchObject([
    { variant: 'large', asked: 3, failed: 1, busyMs: 45 },
    { variant: 'small', asked: 3, escalated: 1 },
  ]);
});

it('the busy share of a version has the time of its stages and not that of whole routes', async () => {
  expect(await computeBusyShare(store, { endpoint: 'e', version: '1' }, HOUR)).toBeNull();
  await store
    .tables<{ endpoint_traffic: { replica_ms: number; variant: string } }>()
    .updateTable('endpoint_traffic')
    .set({ replica_ms: 470 })
    .where('variant', '=', 'small')
    .execute();
  expect(await computeBusyShare(store, { endpoint: 'e', version: '1' }, HOUR)).toBeCloseTo(0.1, 2);
});
