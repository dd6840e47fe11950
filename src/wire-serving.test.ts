import { expect, it } from 'vitest';
import { adviseHardware } from './finops/gpus/schema.ts';
import { recordUsage } from './finops/metering/schema.ts';
import { putTallies } from './mlops/serving/metrics/store.ts';
import { createTallies } from './mlops/serving/metrics/tally.ts';
import { call, problemFrom, testApplication } from './testing.ts';

const NOW = Date.parse('2026-11-10T12:00:00Z');
const MINUTE_MS = 60_000;

it('takes what replicas of an endpoint answered, on the hardware that their usage was metered on, for a profile', async () => {
  await using application = await testApplication({ clock: { now: () => NOW } });
  const tallies = createTallies();
  const minute = (ago: number, version: string, replicas: number, requests: number, latencyMs: number) => {
    const what = { endpoint: 'ranker', variant: 'main', model: 'ranker', version };
    const start = NOW - ago * MINUTE_MS;
    for (let count = 0; count < requests; count += 1) tallies.request(what, 'answered', latencyMs, start);
    tallies.replicas(what, replicas, { start, end: start + MINUTE_MS });
  };
  // Of one g5.xlarge 10/s in time and 20/s too late; of two g6e.xlarge 15/s each; five answers say nothing; version 3 is metered on two kinds.
  minute(50, '1', 1, 600, 90);
  minute(49, '1', 1, 1200, 400);
  minute(30, '2', 2, 1800, 80);
  minute(29, '2', 1, 5, 10);
  minute(10, '3', 1, 3000, 10);
  await application.store.append((sql) => putTallies(sql, 'server', tallies.changed(NOW)));
  const held = (usage: string, resource: string, modelVersion: string, [from, to]: readonly [number, number]) => ({
    ...{ usage, resource, quantity: '1', origin: 'test' },
    subject: { endpoint: 'ranker', model: 'ranker', modelVersion, purpose: 'inference' as const },
    period: {
      start: new Date(NOW - from * MINUTE_MS).toISOString(),
      end: new Date(NOW - to * MINUTE_MS).toISOString(),
    },
  });
  const intervals = [
    held('a', 'g5.xlarge', '1', [60, 40]),
    held('b', 'g6e.xlarge', '2', [35, 20]),
    held('c', 'g5.xlarge', '3', [15, 0]),
    held('d', 'g6e.xlarge', '3', [15, 0]),
  ];
  await call(application, recordUsage, { body: { intervals } });
  const all = { bucket: 'all', requestsPerSecond: 20, latencyMs: 100 };
  const advise = (body: { endpoint: string; demand: (typeof all)[] }) => call(application, adviseHardware, { body });
  const { types, best } = await advise({ endpoint: 'ranker', demand: [all] });
  expect(types).toMatchObject([
    { type: 'g5.xlarge', verdict: 'usable', requestsPerSecond: [{ requestsPerSecond: 10 }], aloneReplicas: 3 },
    { type: 'g6e.xlarge', verdict: 'usable', requestsPerSecond: [{ requestsPerSecond: 15 }], aloneReplicas: 2 },
  ]);
  // 8/s of one g5.xlarge and 12/s of one g6e.xlarge.
  expect(best).toMatchObject({
    pricePerHour: { amount: '2.867', currency: 'USD' },
    replicas: [{ replicas: 1 }, { replicas: 1 }],
  });

  const code = 'profile_unusable';
  expect(await problemFrom(advise({ endpoint: 'other', demand: [all] }))).toMatchObject({ code });
  const two = advise({ endpoint: 'ranker', demand: [all, { ...all, bucket: 'long' }] });
  expect(await problemFrom(two)).toMatchObject({ code, detail: expect.stringContaining('one size') });
});
