import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { recordUsage } from '../../finops/metering/schema.ts';
import type { Application } from '../../main.ts';
import { call, catchProblem, testApplication } from '../../testing/application.ts';
import { sharedApplication } from '../../testing/shared.ts';
import { applied } from '../testing/pipelines.ts';
import { aliased, appliedEndpoint, registeredFiles, sent, settled } from '../testing/serving.ts';
import { graphWithWeightsAt, greedyGraph, linearGraph, loopGraph } from './graphs.testing.ts';
import { deleteEndpoint, getEndpoint, rollBackEndpoint, setEndpointTraffic } from './schema.ts';

const shared = await sharedApplication();

const onnx = (version: string, more: object = {}) => ({ model: 'm', version, backend: 'onnx', ...more });
const main = (version: string, more: object = {}) => ({ variants: { main: onnx(version, more) } });

const predicted = async (application: Application, endpoint: string, headers = {}) =>
  sent(application, 'POST', `/serve/${endpoint}/invocations`, { inputs: [[1, 1]] }, 'application/json', headers);
const readServedVersion = async (application: Application, endpoint: string, headers = {}) => {
  const answer = await predicted(application, endpoint, headers);
  return [answer.statusCode, answer.headers['x-steelyard-model-version']];
};

describe('revisions of an endpoint', () => {
  const application = shared;
  beforeAll(async () => {
    await registeredFiles(application, 'm', { 'model.onnx': linearGraph([1, 1]) });
    await registeredFiles(application, 'm', { 'model.onnx': linearGraph([2, 2]) });
    await registeredFiles(application, 'm', { 'model.onnx': 'not a graph' });
    await registeredFiles(application, 'm', { 'readme.md': 'nothing to serve' });
  });

  it('go forward, back, and back to the newer one', async () => {
    await appliedEndpoint(application, 'roll', main('1'));
    expect(await readServedVersion(application, 'roll')).toEqual([200, '1']);
    await appliedEndpoint(application, 'roll', main('2'));
    expect(await readServedVersion(application, 'roll')).toEqual([200, '2']);
    await call(application, rollBackEndpoint, { params: { endpoint: 'roll' }, body: {} });
    const back = await settled(application, 'roll');
    expect(await readServedVersion(application, 'roll')).toEqual([200, '1']);
    expect(back.revisions).toMatchObject([
      { revision: 3, state: 'live', versions: { main: '1' }, cause: 'rolled back to revision 1 by local' },
      { revision: 2, state: 'replaced' },
      { revision: 1, state: 'replaced' },
    ]);
    await call(application, rollBackEndpoint, { params: { endpoint: 'roll' }, body: { revision: 2 } });
    await settled(application, 'roll');
    expect(await readServedVersion(application, 'roll')).toEqual([200, '2']);
  });

  it.each([
    ['3', 'what is no graph', /it ended with exit code 1; its log ends: [\s\S]*protobuf/i],
    ['4', 'what has no graph', /backend "onnx" cannot serve the version/],
  ])('of version %s, %s, fail and leave what was live alone', async (bad, _what, reason) => {
    const endpoint = `bad-${bad}`;
    await appliedEndpoint(application, endpoint, main('1'));
    const failed = await appliedEndpoint(application, endpoint, main(bad));
    expect(failed).toMatchObject({
      state: 'failed',
      newest: { reason: expect.stringMatching(reason) },
      live: { revision: 1 },
    });
    expect(await readServedVersion(application, endpoint)).toEqual([200, '1']);
    // A good one comes through after it.
    expect(await appliedEndpoint(application, endpoint, main('2'))).toMatchObject({ state: 'live' });
    expect(await readServedVersion(application, endpoint)).toEqual([200, '2']);
  });

  it('follow an alias that moves', async () => {
    await aliased(application, 'm', 'champion', '1');
    await appliedEndpoint(application, 'aliased', {
      variants: { main: { model: 'm', alias: 'champion', backend: 'onnx' } },
    });
    expect(await readServedVersion(application, 'aliased')).toEqual([200, '1']);
    await aliased(application, 'm', 'champion', '2');
    await expect.poll(() => readServedVersion(application, 'aliased'), { timeout: 60_000 }).toEqual([200, '2']);
    expect((await settled(application, 'aliased')).newest.cause).toBe('the alias champion of m moved');
  });

  it('split, name and move traffic, without starting anything', async () => {
    const spec = {
      variants: { main: onnx('1'), canary: onnx('2') },
      traffic: { weights: { main: 1, canary: 1 }, sticky: { header: 'x-user-id' } },
    };
    const before = await appliedEndpoint(application, 'split', spec);
    expect(before.variants.map(({ weight }) => weight)).toEqual([0.5, 0.5]);
    const users = Array.from({ length: 30 }, (_, at) => ({ 'x-user-id': `user ${at}` }));
    const seen = await Promise.all(users.map((user) => readServedVersion(application, 'split', user)));
    expect(new Set(seen.map(String))).toEqual(new Set(['200,1', '200,2']));
    expect(await Promise.all(users.map((user) => readServedVersion(application, 'split', user)))).toEqual(seen);
    expect(await readServedVersion(application, 'split', { ...users[0], 'x-steelyard-variant': 'canary' })).toEqual([
      200,
      '2',
    ]);
    await call(application, setEndpointTraffic, { params: { endpoint: 'split' }, body: { weights: { canary: 1 } } });
    const after = await settled(application, 'split');
    expect(after.variants).toMatchObject([
      { variant: 'main', weight: 0 },
      { variant: 'canary', weight: 1 },
    ]);
    expect(
      new Set((await Promise.all(users.map((user) => readServedVersion(application, 'split', user)))).map(String)),
    ).toEqual(new Set(['200,2']));
  });

  it('give each variant its own replicas, also where two differ in nothing but their number', async () => {
    const both = { variants: { main: onnx('1'), more: onnx('1', { replicas: { min: 2 } }) } };
    const { variants } = await appliedEndpoint(application, 'twice', both);
    expect(variants).toMatchObject([
      { variant: 'main', replicasWanted: 1, replicasReady: 1 },
      { variant: 'more', replicasWanted: 2, replicasReady: 2 },
    ]);
    const onlyMore = await appliedEndpoint(application, 'twice', { variants: { more: both.variants.more } });
    expect(onlyMore.variants).toMatchObject([{ variant: 'more', replicasReady: 2 }]);
  });

  it('send copies to a shadow, which answers nobody', async () => {
    const spec = { variants: { main: onnx('1'), next: onnx('2') }, traffic: { shadow: { next: 1 } } };
    await appliedEndpoint(application, 'shadowed', spec);
    expect(await readServedVersion(application, 'shadowed')).toEqual([200, '1']);
    const shadow = async () => (await call(application, getEndpoint, { params: { endpoint: 'shadowed' } })).variants[1];
    await expect.poll(shadow).toMatchObject({ variant: 'next', shadow: 1, answered: 1 });
  });

  it('are not made of what is the same', async () => {
    await appliedEndpoint(application, 'same', main('1'));
    const document = { apiVersion: 'steelyard/v1', kind: 'Endpoint', metadata: { name: 'same' }, spec: main('1') };
    expect(await applied(application, JSON.stringify(document))).toMatchObject({ applied: [{ outcome: 'unchanged' }] });
  });

  it.each([
    [
      'a version that is not there',
      main('9'),
      'manifest_reference_unknown',
      'there is no registered model "m" with version 9',
    ],
    [
      'a version and an alias',
      { variants: { main: { ...onnx('1'), alias: 'a' } } },
      'manifest_invalid',
      'either a version or an alias',
    ],
    [
      'a command for onnx',
      { variants: { main: onnx('1', { process: { command: ['x'], protocol: 'v2' } }) } },
      'manifest_invalid',
      'process requires the backend',
    ],
    ['no variant', { variants: {} }, 'manifest_invalid', 'name at least one variant'],
    [
      'a weight of nobody',
      { ...main('1'), traffic: { weights: { other: 1 } } },
      'manifest_invalid',
      'there is no variant "other"',
    ],
    [
      'fewer at most than at least',
      main('1', { replicas: { min: 2, max: 1 } }),
      'manifest_invalid',
      'max must be at least min',
    ],
  ])('are refused with %s', async (_what, spec, code, detail) => {
    const document = { apiVersion: 'steelyard/v1', kind: 'Endpoint', metadata: { name: 'refused' }, spec };
    expect(await catchProblem(applied(application, JSON.stringify(document)))).toMatchObject({
      code,
      detail: expect.stringContaining(detail),
    });
  });

  it('of an endpoint that was deleted are known when its name is applied again', async () => {
    const params = { endpoint: 'deleted' };
    await appliedEndpoint(application, 'deleted', main('1'));
    const begun = predicted(application, 'deleted');
    expect(await call(application, deleteEndpoint, { params })).toEqual({ name: 'deleted' });
    expect([200, 404]).toContain((await begun).statusCode);
    expect((await predicted(application, 'deleted')).statusCode).toBe(404);
    expect(await catchProblem(call(application, deleteEndpoint, { params }))).toMatchObject({
      code: 'endpoint_not_found',
    });
    const again = await appliedEndpoint(application, 'deleted', main('2'));
    expect(again).toMatchObject({ live: { revision: 2 }, revisions: [{ revision: 2 }, { revision: 1 }] });
    expect(await readServedVersion(application, 'deleted')).toEqual([200, '2']);
  });

  it('that nobody knows are not gone back to', async () => {
    await appliedEndpoint(application, 'first', main('1'));
    const rollBack = (endpoint: string, body: object) =>
      catchProblem(call(application, rollBackEndpoint, { params: { endpoint }, body }));
    expect(await rollBack('first', {})).toMatchObject({ code: 'endpoint_revision_not_found' });
    expect(await rollBack('first', { revision: 7 })).toMatchObject({ code: 'endpoint_revision_not_found' });
    expect(await rollBack('none', {})).toMatchObject({ code: 'endpoint_not_found' });
    const weights = { nobody: 1 };
    expect(
      await catchProblem(call(application, setEndpointTraffic, { params: { endpoint: 'first' }, body: { weights } })),
    ).toMatchObject({
      code: 'endpoint_variant_not_found',
    });
  });
});

describe('a graph', () => {
  const application = shared;

  it('that goes round for ever ends with its replica, and the next prediction is answered', async () => {
    const version = await registeredFiles(application, 'm', { 'model.onnx': loopGraph() });
    await appliedEndpoint(application, 'loop', { ...main(version), limits: { timeout: '1s' } });
    const ask = (turns: number) =>
      sent(application, 'POST', '/serve/loop/v1/models/m:predict', { inputs: { x: [5], turns } });
    expect((await ask(3)).json()).toEqual({ outputs: [5] });
    expect((await ask(1e15)).statusCode).toBe(504);
    await expect.poll(async () => (await ask(3)).statusCode, { timeout: 60_000 }).toBe(200);
  });

  it.each(['../secret.bin', '/etc/passwd'])(
    'whose weights lie at %s, outside of the version, is not served',
    async (location) => {
      const version = await registeredFiles(application, 'm', { 'model.onnx': graphWithWeightsAt(location) });
      const { state, newest } = await appliedEndpoint(application, `outside-${version}`, main(version));
      expect([state, newest.reason]).toEqual(['failed', expect.stringMatching(/External data path/)]);
    },
  );

  it('whose weights lie in a file beside it is served', async () => {
    const weights = new Uint8Array(Float32Array.from([3, 4]).buffer);
    const files = { 'model.onnx': graphWithWeightsAt('weights.bin'), 'weights.bin': weights };
    await appliedEndpoint(application, 'beside', main(await registeredFiles(application, 'm', files)));
    expect((await predicted(application, 'beside')).json()).toEqual({ predictions: [[7]] });
  });

  it('that wants more memory than there is, is refused or ended, and the server goes on', async () => {
    const version = await registeredFiles(application, 'm', { 'model.onnx': greedyGraph() });
    await appliedEndpoint(application, 'greedy', main(version, { resources: { memory: '512Mi' } }));
    const ask = (size: number) =>
      sent(application, 'POST', '/serve/greedy/v1/models/m:predict', { inputs: { size: [size] } });
    expect((await ask(2)).json()).toEqual({ outputs: [0, 0] });
    expect([500, 502, 503]).toContain((await ask(1e15)).statusCode);
    expect((await sent(application, 'GET', '/health')).statusCode).toBe(200);
    await expect.poll(async () => (await ask(2)).statusCode, { timeout: 60_000 }).toBe(200);
  });
});

describe('a server that is started again', () => {
  it('serves what was live, and holds requests until its replicas are ready', async () => {
    const data = mkdtempSync(join(tmpdir(), 'steelyard-'));
    {
      await using application = await testApplication({}, { data });
      await registeredFiles(application, 'm', { 'model.onnx': linearGraph([1, 1]) });
      await appliedEndpoint(application, 'kept', main('1'));
    }
    await using application = await testApplication({}, { data });
    expect((await predicted(application, 'kept')).json()).toEqual({ predictions: [[2]] });
    expect((await predicted(application, 'other')).statusCode).toBe(404);
  });
});

describe('the cost of a version', () => {
  it('is what its replicas held, by 1,000 predictions', async () => {
    const clock = { at: Date.parse('2026-11-01T00:00:00Z'), now: () => clock.at };
    await using application = await testApplication({ clock });
    await applied(
      application,
      '{"apiVersion": "steelyard/v1", "kind": "PriceBook", "metadata": {"name": "own"}, "spec": {"currency": "USD", "source": "test", "prices": [{"resource": "c7i.large", "perHour": "0.36", "effectiveFrom": "2026-01-01"}]}}',
    );
    const version = await registeredFiles(application, 'm', { 'model.onnx': linearGraph([1, 1]) });
    await appliedEndpoint(application, 'metered', main(version, { resources: { instance: 'c7i.large' } }));
    // Older than seven days: in no cost of a variant.
    const subject = { endpoint: 'metered', model: 'm', modelVersion: version, purpose: 'inference' as const };
    const period = { start: '2026-10-02T00:00:00Z', end: '2026-10-03T00:00:00Z' };
    const old = { usage: 'old', subject, resource: 'c7i.large', quantity: '1', period, predictions: 9_000_000 };
    await call(application, recordUsage, { body: { intervals: [{ ...old, origin: 'test' }] } });
    await Promise.all(Array.from({ length: 10 }, () => predicted(application, 'metered')));
    clock.at += 1_800_000;
    const cost = async () =>
      (await call(application, getEndpoint, { params: { endpoint: 'metered' } })).variants[0]?.cost;
    await expect.poll(cost, { timeout: 60_000, interval: 200 }).toEqual({
      predictions: 10,
      hours: '0.5',
      cost: { amount: '0.18', currency: 'USD' },
      per1000: { amount: '18', currency: 'USD' },
      unpriced: [],
    });
  });
});
