import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { call, testApplication } from '../../testing/application.ts';
import {
  applyRecommendation,
  findRecommendations,
  getRecommendation,
  listRecommendations,
} from '../../tradeoff/recommendations/schema.ts';
import { recordWorkloadUsage } from '../allocation/workloads/schema.ts';
import { applyText, gpuSource, syncAll } from '../testing/gpu-sources.ts';
import { type MadeCluster, type MadePod, startCluster } from './cluster.testing.ts';
import { listContainerUse } from './schema.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const STEP = 300_000;
const START = Date.parse('2026-11-02T00:00:00Z');
const GIB = 1024 ** 3;
const GENEROUS = { cpu: 1, memory: 2 * GIB };

/** Uses 0.2 CPUs, and 4 of them in one reading of twenty-four; 300 MB, and once 400 MB. */
const steady = {
  cpus: (at: number) => (Math.floor(at / STEP) % 24 === 0 ? 4 : 0.2),
  memory: (at: number) => (at === START + 3 * DAY ? 4e8 : 3e8),
};
const replica = (pod: string, more: Partial<MadePod> = {}): MadePod => {
  return { pod, owner: { kind: 'ReplicaSet', name: 'api-7d9f' }, ...steady, requests: GENEROUS, ...more };
};
const still = { cpus: () => 0.01, memory: () => 1e8 };

const CLUSTER: MadeCluster = {
  pods: [
    replica('api-7d9f-a'),
    replica('api-7d9f-b', { node: 'n2' }),
    // An hour each day.
    ...Array.from({ length: 14 }, (_, day): MadePod => {
      const from = START + day * DAY + 2 * HOUR;
      const owner = { kind: 'Job', name: `nightly-${day}` };
      return { pod: `nightly-${day}-x`, owner, ...still, requests: GENEROUS, from, until: from + HOUR };
    }),
    { pod: 'web-0', owner: { kind: 'StatefulSet', name: 'web' }, node: 'n3', ...still, requests: GENEROUS },
    {
      pod: 'tight-0',
      owner: { kind: 'StatefulSet', name: 'tight' },
      ...steady,
      requests: GENEROUS,
      throttled: 0.3,
      limits: { cpu: 1, memory: GIB },
      isEnded: true,
    },
    { pod: 'silent', owner: null, ...still },
    { pod: 'served-0', owner: { kind: 'StatefulSet', name: 'served' }, ...still, requests: GENEROUS },
    { pod: 'gone', owner: null, ...still, requests: GENEROUS, until: START + 2 * DAY },
  ],
  nodes: ['n1', 'n2', 'n3'].map((node) => ({
    node,
    type: 'm7i.2xlarge',
    has: { cpu: 7.9, memory: 30 * GIB, pods: 58 },
  })),
  owners: {
    replicaSets: [{ replicaset: 'api-7d9f', owner_kind: 'Deployment', owner_name: 'api' }],
    jobs: Array.from({ length: 14 }, (_, day) => ({
      job_name: `nightly-${day}`,
      owner_kind: 'CronJob',
      owner_name: 'nightly',
    })),
    autoscalers: [{ scaletargetref_kind: 'StatefulSet', scaletargetref_name: 'web' }],
  },
  isLost: (at) => at > START + 5 * DAY && at <= START + 5 * DAY + HOUR,
};

const PRICES = `
apiVersion: steelyard/v1
kind: PriceBook
metadata: {name: own}
spec: {currency: USD, source: a list, prices: [{resource: cpu-core, perHour: '0.04', effectiveFrom: 2026-01-01}, {resource: memory-gib, perHour: '0.005', effectiveFrom: 2026-01-01}, {resource: m7i.2xlarge, perHour: '0.4', effectiveFrom: 2026-01-01}]}
`;

it('of containers that a Prometheus is asked about, CPU and memory are right-sized, and an hour is an hour however often it is asked', async () => {
  const cluster = { is: CLUSTER };
  const { url, asked } = await startCluster(() => cluster.is, STEP);
  const clock = { at: START + 14 * DAY + 20 * 60_000 };
  const application = await testApplication({ clock: { now: () => clock.at } });
  onTestFinished(() => application[Symbol.asyncDispose]());
  const containers = 'interval: 1h, containers: { interval: 5m }';
  await applyText(
    application,
    gpuSource('cluster', `{ type: prometheus, url: "${url}", backfill: 15d, ${containers} }`),
  );
  const [source] = await syncAll(application);
  expect(source).toMatchObject({
    state: 'ok',
    containers: { lastError: null, leftOut: [], readUntil: '2026-11-16T00:20:00.000Z' },
  });

  const reported = {
    node: 'n1',
    period: { start: '2026-11-15T00:00:00Z', end: '2026-11-15T01:00:00Z' },
    capacity: {},
    origin: 'test',
  };
  const usages = [
    { ...reported, usage: 'u1', workload: 'shop/served-0', subject: { endpoint: 'ranker' } },
    { ...reported, usage: 'u2', workload: 'shop/tight-0', subject: { team: 'search' } },
  ];
  await call(application, recordWorkloadUsage, { body: { usages } });

  const until = '2026-11-16T00:00:00.000Z';
  const uses = async () => (await call(application, listContainerUse, { query: { to: until } })).containers;
  const before = await uses();
  expect(before.map(({ workloadKind, workload, pods }) => `${workloadKind} ${workload}: ${pods}`)).toEqual([
    'CronJob nightly: 14',
    'Deployment api: 2',
    'Pod gone: 1',
    'Pod silent: 1',
    'StatefulSet served: 1',
    'StatefulSet tight: 1',
    'StatefulSet web: 1',
  ]);
  expect(before[1]).toMatchObject({
    ...{ cpusP95: 0.2, memoryMaxBytes: 4e8, cpuRequest: 1, memoryRequestBytes: 2 * GIB, throttledRatio: null },
    ...{
      subject: null,
      unknownOwner: 'pods of namespace shop are no work of this server, and no workload usage and no rule names them',
    },
    coverageRatio: expect.closeTo(335 / 336, 6),
  });

  // A second sync, with one past hour and the present one: no duplicates, and the lost hours stay lost.
  asked.length = 0;
  clock.at += 10 * 60_000;
  cluster.is = { ...CLUSTER, isLost: (at) => at <= START + 14 * DAY };
  await syncAll(application);
  expect(Math.min(...asked.filter(({ query }) => query.startsWith('rate')).map(({ start }) => start))).toBe(
    START + 14 * DAY + STEP,
  );
  expect(await uses()).toEqual(before);

  const look = async () => {
    await call(application, findRecommendations, { body: {} });
    const { recommendations, searched, totals } = await call(application, listRecommendations);
    const of = (wanted: string) => recommendations.filter(({ kind }) => kind === wanted);
    const found = of('cpu_memory');
    return { found, packed: of('pack_nodes'), searched: searched.find(({ kind }) => kind === 'cpu_memory'), totals };
  };
  const unpriced = await look();
  expect(unpriced.searched?.reason).toMatch(/requests .* of 1 containers; support for 1 containers with an autoscaler/);
  expect(unpriced.found.map(({ title, saving: { monthly, reason } }) => [title, monthly, reason])).toEqual(
    unpriced.found.map(({ title }) => [
      title,
      null,
      expect.stringMatching(/no hourly price for "cpu-core" and "memory-gib"|this server meters/),
    ]),
  );
  await applyText(application, PRICES);
  const { found, packed, totals } = await look();
  // 2 pods x 730 h x (0.04 + 0.01 - 0.2 x 0.04 - 460 MB x 0.005 / GiB); an hour of 24 of one with the least there is.
  const shown = ({ monthly, reason }: (typeof found)[number]['saving']) =>
    monthly === null ? reason : Number(monthly.amount).toFixed(2);
  const monthly = found.map(({ title, saving }) => [title, shown(saving)]);
  expect(monthly).toEqual([
    [
      'Request 0.2 CPUs and 439 MiB for shop/api, container main',
      (1460 * (0.05 - 0.008 - (0.46e9 * 0.005) / GIB)).toFixed(2),
    ],
    ['Request 1 CPU and 1.25 GiB for shop/tight, container main', (730 * 0.005 * 0.75).toFixed(2)],
    [
      'Request 0.01 CPUs and 110 MiB for shop/nightly, container main',
      (((730 * 14) / 333) * (0.05 - 0.0004 - (1.15e8 * 0.005) / GIB)).toFixed(2),
    ],
    [
      'Request 0.01 CPUs and 110 MiB for shop/served, container main',
      expect.stringMatching(/^a price for requests: this server meters/),
    ],
  ]);
  // The workload on two nodes stays on two nodes, so the third node is removed and not the second, which has fewer pods.
  expect(packed).toMatchObject([
    {
      title: 'Return 1 of 3 nodes of cluster: m7i.2xlarge',
      after: '2 nodes; lower bound: 1',
      saving: { monthly: { amount: '292', currency: 'USD' } },
      action: { commands: ['kubectl drain n3 --ignore-daemonsets', expect.stringMatching(/1 pods move/)] },
    },
  ]);
  // Requests are a part of the cost of nodes, so the total contains only one of the two.
  expect(totals).toMatchObject([{ recommendations: 4, saving: { monthly: { amount: expect.any(String) } } }]);
  expect(Number(totals[0]?.saving.monthly?.amount)).toBeLessThan(Number(totals[0]?.sumOfAlone.amount));
  const [api, tight, nightly, served] = found;
  expect(api).toMatchObject({
    ...{ before: '1 CPU and 2 GiB for each pod', confidence: { level: 'high' }, risk: { level: 'medium' } },
    action: { commands: ['kubectl -n shop set resources deployment/api -c main --requests=cpu=200m,memory=439Mi'] },
  });
  expect(Number(api?.saving.lower?.amount)).toBeLessThan(Number(api?.saving.monthly?.amount));
  expect(served?.action).toEqual({
    type: 'by_hand',
    commands: ['set the requests cpu=10m,memory=110Mi in the manifest of endpoint ranker, and apply it'],
  });
  expect(tight).toMatchObject({
    subject: { team: 'search' },
    risk: { level: 'high' },
    action: { commands: [expect.stringMatching(/--limits=memory=1280Mi$/)] },
  });
  const { evidence } = await call(application, getRecommendation, {
    params: { recommendation: nightly?.recommendation ?? '' },
  });
  expect(evidence.missing).toContain('3 of 336 hours of readings: they are left out');
  expect(evidence.prices).toContainEqual(expect.stringMatching(/^cpu-core at \$0.04 an hour: a list/));

  // A recommendation done by hand is measured like one that this server applies: the pods have had lower requests for four
  // full hours.
  const params = { recommendation: api?.recommendation ?? '' };
  for (const _ of ['approved', 'done'])
    await call(application, applyRecommendation, { params, body: { isDryRun: false } });
  const less = { cpu: 0.2, memory: 460_000_000 };
  cluster.is = {
    ...CLUSTER,
    pods: [replica('api-7d9f-c', { requests: less }), replica('api-7d9f-d', { requests: less })],
  };
  clock.at += 5 * HOUR;
  expect(await syncAll(application)).toMatchObject([{ state: 'ok', containers: { lastError: null } }]);
  await application.jobs.enqueue(application.store, { kind: 'recommendations.look', payload: null });
  await application.jobs.drain();
  const { realised } = await call(application, getRecommendation, { params });
  expect(realised).toMatchObject({ hours: 4, reason: null, monthly: api?.saving.monthly });

  // The hours of a past day become one file with the same result; old days are deleted.
  const files = () => readdirSync(join(application.config.data, 'lake', 'container_hour')).length;
  const retain = async () => {
    await application.jobs.enqueue(application.store, { kind: 'gpus.retain', payload: null });
    await application.jobs.drain();
  };
  await retain();
  expect(await uses()).toEqual(before);
  cluster.is = { pods: [] };
  for (const later of [2 * DAY, HOUR]) {
    clock.at += later;
    await retain();
  }
  expect([await uses(), files()]).toEqual([before, 16]);
  await applyText(application, gpuSource('cluster', `{ type: prometheus, url: "${url}", interval: 1h }`));
  clock.at += 60 * DAY;
  await retain();
  expect(await uses()).toEqual([]);
});
