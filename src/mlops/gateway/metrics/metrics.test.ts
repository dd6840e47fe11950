import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Application } from '../../../main.ts';
import { call, catchProblem, testApplication } from '../../../testing/application.ts';
import { applied } from '../../testing/pipelines.ts';
import { appliedEndpoint, registeredFiles, sent } from '../../testing/serving.ts';
import { getEndpointMetrics } from './schema.ts';
import { listTalliesIn } from './store.ts';
import { SPANS } from './tally.ts';

const program = join(import.meta.dirname, '../../serving/model-server.testing.ts');
const NOON = Date.parse('2026-11-26T12:00:30Z');
const WAIT = { timeout: 30_000 };

async function served(application: Application, spec: object = {}): Promise<string> {
  const version = await registeredFiles(application, 'm', { MLmodel: 'flavors: {}' });
  const process_ = { protocol: 'mlflow', command: [process.execPath, program, '{port}', 'mlflow'] };
  const main = { model: 'm', version, backend: 'process', process: process_ };
  expect((await appliedEndpoint(application, 'e', { variants: { main }, ...spec })).state).toBe('live');
  return version;
}

const post = (application: Application, row: readonly number[], path = 'invocations') =>
  sent(application, 'POST', `/serve/e/${path}`, { inputs: [row] });
const metrics = (application: Application, query: Parameters<typeof call<typeof getEndpointMetrics>>[2] = {}) =>
  call(application, getEndpointMetrics, { params: { endpoint: 'e' }, ...query });

describe('metrics of an endpoint', () => {
  it('count each request once by how it ended, with latency and replicas, and outlive the server', async () => {
    const data = mkdtempSync(join(tmpdir(), 'steelyard-'));
    const clock = { at: NOON, now: () => clock.at };
    const counts = { requests: 5, answered: 2, refused: 1, throttled: 0, errors: 2, lost: 1 };
    let version = '';
    {
      await using application = await testApplication({ clock }, { data });
      version = await served(application, { limits: { timeout: '2s' } });
      clock.at += 15_000;
      await post(application, [1, 2, 3]);
      await post(application, [1, 2, 3], 'v1/models/m:predict');
      expect((await post(application, [1], 'v2/models/m/infer')).statusCode).toBe(400);
      expect((await post(application, [-6, 0, 0])).statusCode).toBe(500);
      expect((await post(application, [-7, 0, 0])).statusCode).toBe(504);
      await expect.poll(async () => (await metrics(application)).points[0], WAIT).toMatchObject(counts);
      const answer = await metrics(application);
      expect(answer).toMatchObject({
        since: '2026-11-26T11:00:00.000Z',
        until: '2026-11-26T12:01:00.000Z',
        stepSeconds: 60,
        notMeasured: 0,
      });
      const [point] = answer.points;
      expect(point).toMatchObject({ variant: 'main', model: 'm', version, cost: null });
      expect(point?.latencyMs?.p50).toBeGreaterThan(0);
      expect(point?.replicas).toBeGreaterThanOrEqual(0);
    }
    clock.at = NOON + 3_600_000;
    await using application = await testApplication({ clock }, { data });
    const query = { query: { since: '2026-11-26T12:00:00Z', until: '2026-11-26T13:00:00Z', step: '1h' } } as const;
    expect((await metrics(application, query)).points).toMatchObject([
      { at: '2026-11-26T12:00:00.000Z', version, ...counts },
    ]);
    const hour = { spanMs: SPANS.hour, start: Date.parse('2026-11-26T12:00:00Z'), end: clock.at };
    const sketches = (await listTalliesIn(application.store, 'e', hour)).flatMap(({ service }) => [...service]);
    // One passed-on and one converted answer; a request without an answer has no service time.
    expect(sketches.map(([concurrent, { count }]) => [concurrent, count])).toEqual([[1, 2]]);
    expect(sketches[0]?.[1].min).toBeGreaterThan(0);
  });

  it('have what the replicas cost', async () => {
    const clock = { at: NOON, now: () => clock.at };
    await using application = await testApplication({ clock });
    const book = {
      apiVersion: 'steelyard/v1',
      kind: 'PriceBook',
      metadata: { name: 'list' },
      spec: {
        currency: 'USD',
        source: 'a list',
        prices: [{ resource: 'machine', perHour: '3600', effectiveFrom: '2026-01-01T00:00:00Z' }],
      },
    };
    await applied(application, JSON.stringify(book));
    await served(application);
    await post(application, [1, 2, 3]);
    clock.at += 20_000;
    await metrics(application);
    const costs = async () => (await metrics(application)).points.map(({ cost }) => cost);
    await expect.poll(costs, { timeout: 60_000, interval: 500 }).toEqual([{ amount: '20', currency: 'USD' }]);
  });

  it('are refused for a span that makes no steps, or too many', async () => {
    await using application = await testApplication();
    await served(application);
    for (const query of [
      { since: '2026-11-26T12:00:00Z', until: '2026-11-26T12:00:00Z' },
      { since: '2026-01-01T00:00:00Z', until: '2026-11-26T12:00:00Z', step: '1m' as const },
    ]) {
      expect(await catchProblem(metrics(application, { query }))).toMatchObject({ code: 'invalid_request' });
    }
    const none = call(application, getEndpointMetrics, { params: { endpoint: 'none' } });
    expect(await catchProblem(none)).toMatchObject({ code: 'endpoint_not_found' });
  });
});
