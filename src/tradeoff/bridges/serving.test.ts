import { afterAll, beforeAll, expect, it } from 'vitest';
import { recordUsage, type UsageInterval } from '../../finops/metering/schema.ts';
import { adviseHardware } from '../../finops/purchasing/schema.ts';
import type { Application } from '../../main.ts';
import { saveTallies } from '../../mlops/gateway/metrics/store.ts';
import { createTallies } from '../../mlops/gateway/metrics/tally.ts';
import { linearGraph } from '../../mlops/serving/graphs.testing.ts';
import { appliedEndpoint, registeredFiles } from '../../mlops/testing/serving.ts';
import { postApply } from '../../platform/manifests/schema.ts';
import { HOUR_MS, MINUTE_MS } from '../../platform/units/durations.ts';
import { call, catchProblem, testApplication } from '../../testing/application.ts';
import { listModelEvidence } from '../evidence/schema.ts';
import { checkGate } from '../gates/schema.ts';

const NOW = Date.parse('2026-11-10T12:00:00Z');

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
  // One g5.xlarge: 10/s within the SLO and 20/s above it; two g6e.xlarge: 15/s each; five answers are too few; version 3 is metered on two kinds.
  minute(50, '1', 1, 600, 90);
  minute(49, '1', 1, 1200, 400);
  minute(30, '2', 2, 1800, 80);
  minute(29, '2', 1, 5, 10);
  minute(10, '3', 1, 3000, 10);
  await application.store.append((sql) => saveTallies(sql, 'server', tallies.changed(NOW)));
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
  expect(await catchProblem(advise({ endpoint: 'other', demand: [all] }))).toMatchObject({ code });
  const two = advise({ endpoint: 'ranker', demand: [all, { ...all, bucket: 'long' }] });
  expect(await catchProblem(two)).toMatchObject({ code, detail: expect.stringContaining('one size') });
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
    - {resource: machine, perHour: '1', effectiveFrom: 2026-01-01}
---
apiVersion: steelyard/v1
kind: Policy
metadata: {name: recorded}
spec:
  model: translator
  currency: USD
  quality: [{metric: bleu, direction: higher, floor: '0'}]
  cost: [{measure: costPerMonth, atMost: '10000'}]
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

const buildUsage = (
  usage: string,
  subject: UsageInterval['subject'],
  change: Partial<UsageInterval>,
): UsageInterval => ({
  ...{ usage, resource: 'vcpu', quantity: '1', origin: 'test', predictions: 8_000 },
  subject: { purpose: 'inference', ...subject },
  period: { start: new Date(NOW - HOUR_MS).toISOString(), end: new Date(NOW).toISOString() },
  ...change,
});

const applyConfig = () =>
  call(application, postApply, { body: { documents: [{ file: 'c.yaml', text: CAPACITY_CONFIG }] } });

it('takes the recorded requests of the endpoint and its SLO for a cost at demand where the policy states none', async () => {
  await applyConfig();
  const model = 'translator';
  const version = await registeredFiles(application, model, { 'model.onnx': linearGraph([1, 1]) });
  const scaling = { policy: 'slo', wait: '500ms', missRatio: 0.1 };
  const main = { model, version, backend: 'onnx', replicas: { min: 1, max: 50 }, scaling };
  await appliedEndpoint(application, 'translations', { variants: { main } });
  const tallies = createTallies();
  const what = { endpoint: 'translations', variant: 'main', model, version };
  for (let hour = 1; hour <= 72; hour += 1) {
    const start = NOW - hour * HOUR_MS;
    tallies.replicas(what, 1, { start, end: start + HOUR_MS });
    const requests = hour % 24 < 12 ? 60 : 10;
    for (let count = 0; count < requests; count += 1) tallies.request(what, 'answered', 20_000, start);
  }
  for (const seconds of [...serviceSeconds, ...serviceSeconds]) {
    tallies.served(what, { seconds: 100 * seconds, concurrent: 1 }, NOW - HOUR_MS);
  }
  await application.store.append((sql) => saveTallies(sql, 'server', tallies.changed(NOW)));
  const subject = { model, modelVersion: version, endpoint: 'translations' };
  const live = buildUsage('translations', subject, { resource: 'machine', predictions: 60 });
  await call(application, recordUsage, { body: { intervals: [live] } });

  const body = { model, version, policy: 'recorded', dryRun: true };
  const { checks } = await call(application, checkGate, { body });
  const check = checks.find(({ side }) => side === 'cost');
  expect(check).toMatchObject({
    basis: 'atDemand',
    atDemand: {
      capacity: { source: 'measured', slo: { waitSeconds: 0.5, missRatio: 0.1 } },
      demand: { source: 'recorded', days: 3, predictionsPerMonth: 35 * 730 },
    },
    interval: { lower: expect.any(String), upper: expect.any(String) },
    source: expect.stringContaining('for the recorded requests of endpoint translations (3 days by the hour'),
  });
  // Some 18 an hour a replica: one by night, four or so by day.
  const { least = 0, most = 0 } = check?.atDemand?.replicas ?? {};
  expect(least).toBe(1);
  expect(most).toBeGreaterThan(2);
  expect(most).toBeLessThan(7);
  expect(Number(check?.measured)).toBeCloseTo((730 * (least + most)) / 2, 6);
});

it('takes the capacity of a replica for a cost at demand from live traffic, else from a benchmark, else as assumed', async () => {
  await applyConfig();
  const model = 'summariser';
  const version = await registeredFiles(application, model, {});
  const subject = { model, modelVersion: version };
  const atDemand = async () => {
    const body = { model, version, policy: 'capacity', dryRun: true };
    const { checks } = await call(application, checkGate, { body });
    return checks.flatMap((check) => (check.side === 'cost' ? [{ source: check.source, ...check.atDemand }] : []));
  };

  // 8,000 predictions in an hour at full use.
  await call(application, recordUsage, { body: { intervals: [buildUsage('bench', subject, {})] } });
  expect(await atDemand()).toMatchObject([
    { capacity: { source: 'assumed', targetUtilization: 0.7, slo: null }, replicas: { most: 7 } },
    { capacity: { source: 'assumed' } },
  ]);

  const benchmark = { batchSize: 4, serviceSeconds };
  const timed = buildUsage('bench', subject, { benchmark });
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
  await application.store.append((sql) => saveTallies(sql, 'server', tallies.changed(NOW)));
  const served = buildUsage('live', { ...subject, endpoint: 'summaries' }, {});
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
  expect(await catchProblem(refused)).toMatchObject({
    code: 'usage_interval_invalid',
    detail: expect.stringContaining('what an endpoint serves is no benchmark'),
  });
});
