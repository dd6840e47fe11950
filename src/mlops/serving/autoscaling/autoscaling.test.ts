import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'vitest';
import type { Application } from '../../../main.ts';
import { call, catchProblem, testApplication } from '../../../testing/application.ts';
import { sharedApplication } from '../../../testing/shared.ts';
import { applied } from '../../testing/pipelines.ts';
import { appliedEndpoint, registeredFiles, sent } from '../../testing/serving.ts';
import { getEndpointScaling } from './schema.ts';

const program = join(import.meta.dirname, '../model-server.testing.ts');
const WAIT = { timeout: 120_000, interval: 50 };

const main = (more: object, behaviour = 'good') => ({
  model: 'm',
  version: '1',
  backend: 'process',
  process: { protocol: 'mlflow', command: [process.execPath, program, '{port}', 'mlflow', behaviour] },
  ...more,
});
const readScaling = (application: Application, endpoint = 'e', query = {}) =>
  call(application, getEndpointScaling, { params: { endpoint }, query });
const sendRequest = (application: Application, endpoint = 'e') =>
  sent(application, 'POST', `/serve/${endpoint}/invocations`, { inputs: [[1, 2, 3]] });

const shared = await sharedApplication();
await registeredFiles(shared, 'm', { a: 'a' });

/** The tests wait for evaluations every few seconds, so they run concurrently. */
describe.concurrent('an endpoint that is scaled', () => {
  it('goes to zero, answers all who come by one start, says why, and remembers it after a restart', async ({
    expect,
  }) => {
    const data = mkdtempSync(join(tmpdir(), 'steelyard-'));
    {
      await using application = await testApplication({}, { data });
      await registeredFiles(application, 'm', { a: 'a' });
      const variant = main({ replicas: { min: 0, max: 1 }, scaling: { policy: 'slo', idleAfter: '500ms' } });
      await appliedEndpoint(application, 'e', { variants: { main: variant } });
      await expect
        .poll(async () => (await readScaling(application)).variants, WAIT)
        .toMatchObject([{ wanted: 0, ready: 0 }]);
      expect((await sent(application, 'GET', '/serve/e/ping')).statusCode).toBe(200);
      const answers = await Promise.all(Array.from({ length: 200 }, () => sendRequest(application)));
      expect(answers.filter(({ statusCode }) => statusCode !== 200)).toEqual([]);
      const { variants, decisions } = await readScaling(application);
      expect(variants).toMatchObject([
        { variant: 'main', model: 'm', version: '1', policy: 'slo', min: 0, max: 1, coldStartMeasured: true },
      ]);
      expect(decisions.toReversed().slice(0, 2)).toMatchObject([
        { from: 1, to: 0, reason: expect.stringMatching(/^no request for \d+ s$/) },
        { from: 0, to: 1, reason: 'a request arrived without any replica' },
      ]);
      await expect
        .poll(async () => (await readScaling(application)).variants, WAIT)
        .toMatchObject([{ wanted: 0, ready: 0 }]);
    }
    await using application = await testApplication({}, { data });
    await expect.poll(async () => (await readScaling(application)).variants, WAIT).toMatchObject([{ wanted: 0 }]);
    const { decisions } = await readScaling(application);
    expect(decisions.length).toBeGreaterThanOrEqual(3);
    expect((await readScaling(application, 'e', { limit: 1 })).decisions).toEqual(decisions.slice(0, 1));
    expect((await sendRequest(application)).statusCode).toBe(200);
  });

  it('says at once why nobody is answered when its model does not start', async ({ expect }) => {
    const variant = main({ replicas: { min: 0 } }, 'crashes at its start');
    const { newest } = await appliedEndpoint(shared, 'crashing', { variants: { main: variant } });
    expect(newest).toMatchObject({ state: 'failed', reason: expect.stringContaining('exit code 3') });
  });

  it('has no replica beyond the least when a budget that must hold is spent', async ({ expect }) => {
    const documents = [
      [
        'PriceBook',
        'own',
        {
          currency: 'USD',
          source: 'test',
          prices: [{ resource: 'machine', perHour: '1', effectiveFrom: '2026-01-01' }],
        },
      ],
      ['Budget', 'spent', { subject: { endpoint: 'spent' }, amount: '0', currency: 'USD', enforcement: 'hard' }],
    ].map(([kind, name, spec]) => ({ apiVersion: 'steelyard/v1', kind, metadata: { name }, spec }));
    await applied(shared, documents.map((document) => JSON.stringify(document)).join('\n---\n'));
    await appliedEndpoint(shared, 'spent', {
      variants: { main: main({ replicas: { min: 0, max: 2 }, scaling: {} }) },
    });
    await expect
      .poll(async () => (await readScaling(shared, 'spent')).variants, WAIT)
      .toMatchObject([{ wanted: 0, limitedBy: 'spent', reason: 'budget "spent" is used up' }]);
    const answer = await sendRequest(shared, 'spent');
    expect([answer.statusCode, answer.json(), answer.headers['retry-after']]).toEqual([
      503,
      { error_code: 'TEMPORARILY_UNAVAILABLE', message: expect.stringContaining('budget') },
      '60',
    ]);
    expect((await readScaling(shared, 'spent')).decisions).toMatchObject([{ from: 1, to: 0, limitedBy: 'spent' }]);
  });

  it('weighs a miss against what the price book says that a replica costs, and follows it', async ({ expect }) => {
    const scaling = { policy: 'slo', missPrice: '0.01' };
    const spec = (more: object = {}) => ({
      variants: { main: main({ replicas: { min: 1, max: 2 }, scaling: { ...scaling, ...more }, ...held }) },
    });
    const held = { resources: { instance: 'own-box' } };
    const priced = (perHour: string) =>
      applied(
        shared,
        JSON.stringify({
          ...{ apiVersion: 'steelyard/v1', kind: 'PriceBook', metadata: { name: 'boxes' } },
          spec: {
            currency: 'EUR',
            source: 'our offer',
            prices: [{ resource: 'own-box', perHour, effectiveFrom: '2026-01-01' }],
          },
        }),
      );
    const price = async () => (await readScaling(shared, 'weighed')).variants[0]?.price ?? null;
    expect(await catchProblem(appliedEndpoint(shared, 'weighed', spec()))).toMatchObject({
      code: 'manifest_reference_unknown',
      detail: expect.stringMatching(
        /missPrice requires the price of a replica, and "own-box" has no price now\. Set scaling\.price/,
      ),
    });
    await priced('2.50');
    await appliedEndpoint(shared, 'weighed', spec());
    const source = 'own-box at €2.50 an hour: our offer';
    await expect
      .poll(price, WAIT)
      .toMatchObject({ amount: '2.5', currency: 'EUR', source: expect.stringContaining(source) });
    await priced('3');
    await expect.poll(price, WAIT).toMatchObject({ amount: '3' });
    await appliedEndpoint(shared, 'weighed', spec({ price: '7' }));
    await expect.poll(price, WAIT).toEqual({ amount: '7', currency: null, source: 'the endpoint document' });
  });

  it('that is not there has no scaling', async ({ expect }) => {
    expect(await catchProblem(readScaling(shared, 'nobody'))).toMatchObject({ code: 'endpoint_not_found' });
  });
});
