import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Application } from '../../main.ts';
import { EndpointSpec } from '../../mlops/endpoint-spec/schema.ts';
import { saveTallies } from '../../mlops/gateway/metrics/store.ts';
import { createTallies } from '../../mlops/gateway/metrics/tally.ts';
import { muteAlert, unmuteAlert } from '../../mlops/monitoring/alerts/schema.ts';
import { insertEpisode } from '../../mlops/monitoring/alerts/store.ts';
import { recordLabels, recordPredictions } from '../../mlops/predictions/schema.ts';
import { addRevision, noteLive } from '../../mlops/serving/store.ts';
import { postApply } from '../../platform/manifests/schema.ts';
import { HOUR_MS, MINUTE_MS } from '../../platform/units/durations.ts';
import { call, testApplication } from '../../testing/application.ts';
import { getProductionHealth } from './schema.ts';

const NOW = Date.parse('2026-11-10T12:00:00Z');
const ago = (hours: number) => new Date(NOW - hours * HOUR_MS).toISOString();

const MANIFESTS = `
apiVersion: steelyard/v1
kind: Team
metadata: {name: feed}
---
apiVersion: steelyard/v1
kind: Project
metadata: {name: home}
spec: {team: feed}
---
apiVersion: steelyard/v1
kind: Monitor
metadata: {name: watch}
spec:
  model: ranker
  quality: {kind: classification}
  alerts:
    - {name: right, on: quality, metric: accuracy, worseThan: 0.8, windowHours: 6, minPredictions: 20}
    - {name: fast, on: latency, objective: 0.95, withinMs: 100}
`;

let application: Application;
beforeAll(async () => {
  application = await testApplication({ clock: { now: () => NOW } });
  await call(application, postApply, { body: { documents: [{ file: 'a.yaml', text: MANIFESTS }] } });
});
afterAll(() => application?.[Symbol.asyncDispose]());

/** Predictions of a version from an hour on, of which a share is right. */
async function predict(version: string, hours: number, count: number, right: number): Promise<void> {
  const of = (at: number) => `${version}-${hours}-${at}`;
  const predictions = Array.from({ length: count }, (_, at) => ({
    ...{ prediction: of(at), model: 'ranker', modelVersion: version, output: 'yes' },
    predictedAt: new Date(NOW - hours * HOUR_MS + at * 1000).toISOString(),
  }));
  await call(application, recordPredictions, { body: { predictions } });
  const labels = predictions.map(({ prediction }, at) => ({ prediction, value: at < count * right ? 'yes' : 'no' }));
  await call(application, recordLabels, { body: { model: 'ranker', labels } });
}

const read = async (team?: string) => call(application, getProductionHealth, { query: { team } });

it('judges an alert by the versions of its window, and by the predictions of the version that runs', async () => {
  await predict('5', 11, 40, 0.2);
  await insertEpisode(application.store, {
    ...{ episode: 'e1', monitor: 'watch', model: 'ranker', version: null, alert: 'right', cause: 'quality' },
    ...{ state: 'alert', openedAt: ago(0.1), window: { start: ago(12), end: ago(6) }, columns: [], loss: null },
    ...{ moneyPerDay: null, changedAt: ago(0.1), closedAt: null, closedAs: null, mute: null },
    reason: 'accuracy is 0.2 of 40 predictions; limit 0.8.',
  });
  const open = await read();
  expect([open.status, open.counts.alerts]).toEqual([
    'unhealthy',
    { open: 1, muted: 0, onRunning: 1, notProven: 0, cleared: 0 },
  ]);
  expect(open.headline).toBe(
    'Production is unhealthy. Quality alert "right" of ranker: still open on v5. accuracy is 0.2 of 40 predictions; limit 0.8.',
  );
  expect(open.models[0]?.alerts[0]?.answeredBy).toEqual([{ version: '5', predictions: 40 }]);

  const mute = { until: new Date(NOW + HOUR_MS).toISOString(), why: 'known' };
  await call(application, muteAlert, { params: { episode: 'e1' }, body: mute });
  const muted = await read();
  expect([muted.status, muted.counts.alerts]).toEqual([
    'healthy',
    { open: 1, muted: 1, onRunning: 0, notProven: 0, cleared: 0 },
  ]);
  expect(muted.headline).toBe('Production is healthy: 0 endpoints answer, 1 open alert is muted.');
  expect(muted.models[0]?.reasons.join(' ')).toMatch(
    /limit 0\.8\. Muted until \d+ [A-Z][a-z]{2} \d{4}, \d\d:\d\d UTC\./,
  );
  await call(application, unmuteAlert, { params: { episode: 'e1' } });

  await predict('7', 3, 12, 1);
  const few = await read();
  expect([few.status, few.models[0]?.alerts[0]?.running[0]]).toEqual([
    'degraded',
    expect.objectContaining({ version: '7', standing: 'not_proven', has: 12, needs: 20 }),
  ]);

  await predict('7', 2, 60, 1);
  const cleared = await read();
  expect([cleared.status, cleared.counts.alerts.cleared]).toEqual(['healthy', 1]);
  expect(cleared.models[0]).toMatchObject({
    model: 'ranker',
    running: [{ version: '7', endpoints: [] }],
    quality: { metric: 'accuracy', version: '7', value: 1, predictions: 72 },
  });
  expect(cleared.qualityTrend).toEqual({
    ...{ model: 'ranker', metric: 'accuracy', from: '2026-10-28', through: '2026-11-10' },
    days: [{ day: '2026-11-10', value: 80 / 112, predictions: 112, estimated: false }],
  });
});

it('counts requests, latency and SLOs of an endpoint, and answers for one team alone', async () => {
  const spec = EndpointSpec.parse({
    project: 'home',
    variants: { main: { model: 'scorer', version: 2, backend: 'onnx' } },
  });
  await application.store.transaction(async (sql) => {
    const revision = { endpoint: 'home-feed', revision: 1, spec, versions: { main: '2' }, cause: 'applied' };
    await addRevision(sql, { ...revision, createdMs: NOW - HOUR_MS, strategy: 'instant' });
    await noteLive(sql, revision, NOW - HOUR_MS);
  });
  const tallies = createTallies();
  const what = { endpoint: 'home-feed', variant: 'main', model: 'scorer', version: '2' };
  for (let count = 0; count < 100; count += 1)
    tallies.request(what, count < 3 ? 'failed' : 'answered', 20, NOW - 5 * MINUTE_MS);
  await application.store.append((sql) => saveTallies(sql, 'server', tallies.changed(NOW)));

  const { endpoints, models, counts } = await read('feed');
  expect(endpoints).toMatchObject([
    {
      ...{ endpoint: 'home-feed', team: 'feed', status: 'degraded' },
      reasons: ['3 of 100 requests failed in the last hour (3 %).'],
      versions: [{ model: 'scorer', version: '2', weight: 1, since: ago(1) }],
      lastHour: { requests: 100, errors: 3, errorRatio: 0.03 },
      lastDay: { requests: 100, errors: 3, errorRatio: 0.03 },
    },
  ]);
  expect(endpoints[0]?.latencyMs?.p95).toBeCloseTo(20, 0);
  expect(models.map(({ model, team, status }) => [model, team, status])).toEqual([['scorer', 'feed', 'degraded']]);
  expect(counts.endpoints.degraded).toBe(1);
  expect((await read('other')).headline).toBe('No endpoint and no monitored model yet.');
});
