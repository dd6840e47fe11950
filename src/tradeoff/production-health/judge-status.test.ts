import { expect, it } from 'vitest';
import { combineStatuses, type EndpointFacts, judgeEndpoint, judgeModel } from './judge-status.ts';
import type { EndpointHealth, HealthStatus, ModelHealth, ProductionAlert } from './schema.ts';
import { judgeSlo } from './slos.ts';
import { summarizeHealth } from './summarize.ts';

const requests = (count: number, errors = 0) => ({
  requests: count,
  errors,
  errorRatio: count === 0 ? null : errors / count,
});
const fine: EndpointFacts = {
  ...{ state: 'live', failure: null, isServing: true, slos: [], alerts: [] },
  lastHour: requests(1000),
  lastDay: requests(9000),
};
const alert = (standing: ProductionAlert['standing'], state: ProductionAlert['state'] = 'alert') =>
  ({ standing, state, sentence: `alert is ${standing}.`, mutedUntil: null }) as ProductionAlert;
const counted = (answers: number, bad: number) => [{ requests: answers, errors: bad, answers, above: () => bad }];
const latency = { kind: 'latency', source: 'policy p', limitMs: 50, objective: 0.95 } as const;

const cases: readonly [string, Partial<EndpointFacts>, HealthStatus, string][] = [
  ['answers', {}, 'healthy', '0 of 1,000 requests failed in the last hour (0 %).'],
  ['fails 2 %', { lastHour: requests(1000, 20) }, 'degraded', '20 of 1,000 requests failed in the last hour (2 %).'],
  ['fails 6 %', { lastHour: requests(1000, 60) }, 'unhealthy', '60 of 1,000'],
  [
    'had few requests in the hour',
    { lastHour: requests(3, 3) },
    'healthy',
    '0 of 9,000 requests failed in the last 24 hours',
  ],
  ['had none', { lastHour: requests(0), lastDay: requests(0) }, 'unknown', 'No requests in the last 24 hours.'],
  ['has an open alert', { alerts: [alert('open')] }, 'unhealthy', 'alert is open.'],
  ['has an open warning', { alerts: [alert('open', 'warning')] }, 'degraded', 'alert is open.'],
  ['has an alert that is not proven', { alerts: [alert('not_proven')] }, 'degraded', 'alert is not_proven.'],
  ['has an alert of earlier versions', { alerts: [alert('cleared')] }, 'healthy', '0 of 1,000'],
  ['misses an SLO', { slos: [judgeSlo('ranker', latency, counted(100, 10))] }, 'degraded', 'missed, 90 % of 100'],
  [
    'has a failed revision',
    { state: 'failed', failure: 'exit code 1' },
    'degraded',
    'exit code 1. The previous revision answers.',
  ],
  [
    'never served',
    { state: 'failed', failure: 'exit code 1', isServing: false },
    'unhealthy',
    'The newest revision failed',
  ],
];

it.each(cases)('an endpoint that %s', (_, facts, status, reason) => {
  const judged = judgeEndpoint({ ...fine, ...facts });
  expect([judged.status, judged.reasons[0]]).toEqual([status, expect.stringContaining(reason)]);
});

it.each([
  [[], 'unknown'],
  [['unknown', 'healthy'], 'healthy'],
  [['degraded', 'unknown', 'healthy'], 'degraded'],
  [['degraded', 'unhealthy'], 'unhealthy'],
] as const)('combines %j to %s', (statuses, status) => {
  expect(combineStatuses(statuses)).toBe(status);
});

it.each([
  ['meets', counted(1200, 3), true],
  ['misses', counted(100, 6), false],
  ['is unknown with too few answers', counted(19, 19), null],
  ['is unknown without any', [], null],
])('an SLO %s', (_, of, met) => {
  expect(judgeSlo('ranker', latency, of).met).toBe(met);
});

const model = (facts: Partial<ModelHealth>) => ({ monitor: 'm', quality: null, alerts: [], endpoints: [], ...facts });

it('keeps a model unknown while neither quality nor requests are measured', () => {
  expect(judgeModel(model({}))).toEqual({
    status: 'unknown',
    reasons: ['Quality of the running version is not measured yet.'],
  });
  const endpoints = [{ endpoint: 'home-feed', status: 'healthy' as const, reasons: ['0 of 20 requests failed.'] }];
  expect(judgeModel({ ...model({ monitor: null }), endpoints }).status).toBe('healthy');
  expect(judgeModel(model({ alerts: [alert('open')] })).status).toBe('unhealthy');
});

it('counts each standing and names the gravest alert in the headline', () => {
  const alerts = [alert('cleared'), alert('not_proven')];
  const models = [{ status: 'degraded', alerts, model: 'ranker', reasons: [] }] as unknown as ModelHealth[];
  const endpoints = [
    { status: 'degraded', slos: [judgeSlo('ranker', latency, counted(100, 0))] },
  ] as unknown as EndpointHealth[];
  const { headline, counts, status } = summarizeHealth(endpoints, models);
  expect([status, headline]).toEqual(['degraded', 'Production is degraded. alert is not_proven.']);
  expect(counts.alerts).toEqual({ open: 2, muted: 0, onRunning: 0, notProven: 1, cleared: 1 });
  expect([counts.slos, counts.endpoints.degraded]).toEqual([{ met: 1, missed: 0, unknown: 0 }, 1]);
});

it('says in one sentence that production is healthy, or that nothing is there', () => {
  const endpoints = [{ status: 'healthy', slos: [] }] as unknown as EndpointHealth[];
  const models = [{ status: 'healthy', alerts: [alert('cleared')] }] as unknown as ModelHealth[];
  expect(summarizeHealth(endpoints, models).headline).toBe(
    'Production is healthy: 1 endpoint answers, the running versions have none of the 1 open alert.',
  );
  expect(summarizeHealth(endpoints, []).headline).toBe('Production is healthy: 1 endpoint answers, no open alerts.');
  expect(summarizeHealth([], []).headline).toBe('No endpoint and no monitored model yet.');
});
