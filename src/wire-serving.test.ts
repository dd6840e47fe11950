import { afterAll, beforeAll, expect, it } from 'vitest';
import { adviseHardware } from './finops/gpus/schema.ts';
import { recordUsage, type UsageInterval } from './finops/metering/schema.ts';
import type { Application } from './main.ts';
import { putTallies } from './mlops/serving/metrics/store.ts';
import { createTallies } from './mlops/serving/metrics/tally.ts';
import { postApply } from './platform/manifests/schema.ts';
import { call, problemFrom, testApplication } from './testing.ts';
import { listModelEvidence } from './tradeoff/evidence/schema.ts';
import { checkGate } from './tradeoff/gates/schema.ts';

const NOW = Date.parse('2026-11-10T12:00:00Z');
const MINUTE_MS = 60_000;

const HOUR_MS = 60 * MINUTE_MS;

let application: Application;
beforeAll(async () => {
  application = await testApplication({ clock: { now: () => NOW } });
});
afterAll(() => application?.[Symbol.asyncDispose]());

it('takes what replicas of an endpoint answered, on the hardware that their usage was metered on, for a profile', async () => {
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

const CAPACITY_CONFIG = `
apiVersion: steelyard/v1
kind: PriceBook
metadata: {name: own}
spec:
  currency: USD
  source: contract of 2026-01
  prices:
    - {resource: vcpu, perHour: '0.05', effectiveFrom: 2026-01-01}
---
apiVersion: steelyard/v1
kind: Policy
metadata: {name: capacity}
spec:
  model: summariser
  currency: USD
  quality: [{metric: rouge, direction: higher, floor: '0'}]
  cost:
    - {measure: costPerMonth, predictionsPerMonth: 26280000, atMost: '10000'}
    - {measure: costPerMonth, predictionsPerMonth: 26280000, slo: {waitSeconds: 0.1, missRatio: 0.01}, atMost: '10000'}
`;

/** Service times with a mean of 0.2 s. */
const serviceSeconds = Array.from({ length: 100 }, (_, index) => 0.002 + 0.004 * index);

async function registerVersion(name: string): Promise<string> {
  const post = async <T>(path: string, payload: object): Promise<T> => {
    const url = `/api/2.0/mlflow/${path}`;
    const answer = await application.http.inject({ method: 'POST', url, headers: { host: 'localhost' }, payload });
    return answer.json() as T;
  };
  await post('registered-models/create', { name });
  const { model_version } = await post<{ model_version: { version: string } }>('model-versions/create', {
    name,
    source: 'mlflow-artifacts:/0/none/artifacts/model',
  });
  return model_version.version;
}

const usageOf = (usage: string, subject: UsageInterval['subject'], change: Partial<UsageInterval>): UsageInterval => ({
  ...{ usage, resource: 'vcpu', quantity: '1', origin: 'test', predictions: 8_000 },
  subject: { purpose: 'inference', ...subject },
  period: { start: new Date(NOW - HOUR_MS).toISOString(), end: new Date(NOW).toISOString() },
  ...change,
});

it('takes the capacity of a replica for a cost at demand from live traffic, else from a benchmark, else as assumed', async () => {
  await call(application, postApply, { body: { documents: [{ file: 'c.yaml', text: CAPACITY_CONFIG }] } });
  const model = 'summariser';
  const version = await registerVersion(model);
  const subject = { model, modelVersion: version };
  const atDemand = async () => {
    const body = { model, version, policy: 'capacity', dryRun: true };
    const { checks } = await call(application, checkGate, { body });
    return checks.flatMap((check) => (check.side === 'cost' ? [{ source: check.source, ...check.atDemand }] : []));
  };

  // 8,000 predictions in an hour at full use.
  await call(application, recordUsage, { body: { intervals: [usageOf('bench', subject, {})] } });
  expect(await atDemand()).toMatchObject([
    { capacity: { source: 'assumed', targetUtilization: 0.7, slo: null }, replicas: { most: 7 } },
    { capacity: { source: 'assumed' } },
  ]);

  const benchmark = { batchSize: 4, serviceSeconds };
  const timed = usageOf('bench', subject, { benchmark });
  await call(application, recordUsage, { body: { intervals: [timed] } });
  const byBenchmark = await atDemand();
  expect(byBenchmark).toMatchObject([
    { capacity: { source: 'benchmark', slo: { waitSeconds: 2, missRatio: 0.05 }, concurrency: 1, measurements: 100 } },
    { capacity: { source: 'benchmark', slo: { waitSeconds: 0.1, missRatio: 0.01 } } },
  ]);
  // No more than 0.9 of 4 predictions in 0.2 s, and less where requests may hardly wait.
  const [loose, strict] = byBenchmark.map(({ capacity }) => capacity?.predictionsPerSecond ?? 0);
  expect(loose).toBeGreaterThan(12);
  expect(loose).toBeLessThanOrEqual(18);
  expect(strict).toBeLessThan((loose ?? 0) / 2);
  expect(byBenchmark[0]?.source).toContain("capacity: from the benchmark's service times at the SLO");

  const tallies = createTallies();
  const what = { endpoint: 'summaries', variant: 'main', model, version };
  for (const seconds of [...serviceSeconds, ...serviceSeconds, ...serviceSeconds]) {
    tallies.served(what, { seconds, concurrent: 2 }, NOW - HOUR_MS);
  }
  await application.store.append((sql) => putTallies(sql, 'server', tallies.changed(NOW)));
  const served = usageOf('live', { ...subject, endpoint: 'summaries' }, {});
  await call(application, recordUsage, { body: { intervals: [served] } });
  const [live] = await atDemand();
  expect(live).toMatchObject({
    capacity: { source: 'measured', concurrency: 2, measurements: 300, slo: { waitSeconds: 2, missRatio: 0.05 } },
    source: expect.stringContaining('capacity: measured at the SLO'),
  });
  // Two requests of one prediction at a time: 0.9 of 10 a second at most.
  expect(live?.capacity?.predictionsPerSecond).toBeGreaterThan(7);
  expect(live?.capacity?.predictionsPerSecond).toBeLessThanOrEqual(9);

  const { compared } = await call(application, listModelEvidence, { params: { model } });
  expect(compared).toMatchObject({ basis: 'benchmark', batchSize: 4 });
  const refused = call(application, recordUsage, { body: { intervals: [{ ...served, benchmark }] } });
  expect(await problemFrom(refused)).toMatchObject({
    code: 'usage_interval_invalid',
    detail: expect.stringContaining('what an endpoint serves is no benchmark'),
  });
});
