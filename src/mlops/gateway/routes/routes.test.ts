import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Application } from '../../../main.ts';
import { call, testApplication } from '../../../testing/application.ts';
import { listPredictions } from '../../predictions/schema.ts';
import { linearGraph } from '../../serving/graphs.testing.ts';
import { getEndpointRollout } from '../../serving/rollouts/schema.ts';
import { getEndpoint, setEndpointTraffic } from '../../serving/schema.ts';
import { applied } from '../../testing/pipelines.ts';
import { appliedEndpoint, registeredFiles, sent, settled } from '../../testing/serving.ts';
import { getEndpointMetrics } from '../metrics/schema.ts';

const program = join(import.meta.dirname, '../../serving/model-server.testing.ts');

let application: Application;
beforeAll(async () => {
  application = await testApplication();
  // The first stage answers with its first input, which is its confidence too; the second with its second input.
  await registeredFiles(application, 'm', { 'model.onnx': linearGraph([1, 0]) });
  await registeredFiles(application, 'm', { 'model.onnx': linearGraph([0, 1]) });
  await registeredFiles(application, 'server', { MLmodel: 'flavors: {}' });
  expect((await serve('thrift', { routes: { ...routes, ...routers } })).state).toBe('live');
});
afterAll(() => application[Symbol.asyncDispose]());

const onnx = (version: string) => ({ model: 'm', version, backend: 'onnx' });
const variants = { small: onnx('1'), large: onnx('2') };
const stages = [{ variant: 'small', acceptAtConfidence: 0.8 }, { variant: 'large' }];
const routes = { thrifty: { cascade: { stages } } };
const routers = {
  ruled: {
    router: {
      rules: [
        { when: { header: 'x-tier', in: ['free', 'trial'] }, variant: 'small' },
        { when: { input: 'x', longerThan: 1 }, variant: 'large' },
      ],
      otherwise: 'small',
    },
  },
  rows: { router: { rules: [{ when: { input: 'a', atLeast: 5 }, variant: 'large' }], otherwise: 'small' } },
};
const traffic = { weights: { thrifty: 1 } };

function serve(name: string, spec: object = {}) {
  return appliedEndpoint(application, name, { variants, routes, traffic, log: { answer: 'before' }, ...spec });
}

const post = (path: string, body: object, headers = {}) =>
  sent(application, 'POST', `/serve/${path}`, body, 'application/json', headers);
const ask = (endpoint: string, inputs: number[][], headers = {}) =>
  post(`${endpoint}/invocations`, { inputs }, headers);
const metricsOf = (endpoint: string) => call(application, getEndpointMetrics, { params: { endpoint } });
/** Metrics are stored before they are read. */
async function endpointNow(endpoint: string) {
  await metricsOf(endpoint);
  return call(application, getEndpoint, { params: { endpoint } });
}
const toFacts = ({ statusCode, headers }: Awaited<ReturnType<typeof post>>) => [
  statusCode,
  headers['x-steelyard-variant'],
  headers['x-steelyard-model-version'],
  headers['x-steelyard-stages'],
];

describe('a cascade', () => {
  it.each<[string, number[][], unknown, unknown[]]>([
    ['of the first stage that is confident', [[0.875, 5]], [[0.875]], [200, 'small', '1', 'small']],
    ['of the next stage for an answer below the threshold', [[0.5, 5]], [[5]], [200, 'large', '2', 'small,large']],
    ['of the next stage for a confidence that is none', [[1.5, 5]], [[5]], [200, 'large', '2', 'small,large']],
    [
      'of one stage for all rows, if all are confident',
      [
        [1, 5],
        [0.875, 6],
      ],
      [[1], [0.875]],
      [200, 'small', '1', 'small'],
    ],
    [
      'of the next stage for all rows, if one is not',
      [
        [1, 5],
        [0.5, 6],
      ],
      [[5], [6]],
      [200, 'large', '2', 'small,large'],
    ],
  ])('gives the answer %s', async (_what, inputs, predictions, facts) => {
    const answer = await ask('thrift', inputs);
    expect([answer.json(), toFacts(answer)]).toEqual([{ predictions }, facts]);
    expect(answer.headers['x-steelyard-route']).toBe('thrifty');
  });

  it.each([
    ['v1/models/m:predict', { instances: [[0.5, 7]] }, { predictions: [[7]] }],
    [
      'v2/models/thrift/infer',
      { inputs: [{ name: 'x', datatype: 'FP32', shape: [1, 2], data: [0.5, 7] }] },
      { outputs: [{ data: [7] }] },
    ],
    [
      'v2/models/m/infer',
      { inputs: [{ name: 'x', datatype: 'FP32', shape: [1, 2], data: [0.5, 7] }] },
      { outputs: [{ data: [7] }] },
    ],
  ])('answers %s', async (path, body, expected) => {
    const answer = await post(`thrift/${path}`, body);
    expect([answer.json(), toFacts(answer)]).toMatchObject([expected, [200, 'large', '2', 'small,large']]);
  });

  it('is logged under its name, with the model and version that answered', async () => {
    await ask('thrift', [[0.5, 1]], { 'x-steelyard-prediction-id': 'up' });
    await ask('thrift', [[1, 1]], { 'x-steelyard-prediction-id': 'down' });
    const query = { model: 'm', endpoint: 'thrift', variant: 'thrifty', pageSize: 2 };
    const { predictions } = await call(application, listPredictions, { query });
    const rows = predictions.map(({ prediction, modelVersion, output }) => [prediction, modelVersion, output]);
    expect(rows).toEqual([
      ['down', '1', [1]],
      ['up', '2', [1]],
    ]);
  });

  it('counts the requests of its stages, and the client once', async () => {
    await serve('counted');
    for (const confidence of [1, 1, 1, 0.5]) await ask('counted', [[confidence, 1]]);
    const { points } = await metricsOf('counted');
    const answered = points.filter(({ answered }) => answered > 0);
    expect(answered).toMatchObject([
      { variant: 'thrifty', version: '1', answered: 3, replicas: null, cost: null },
      { variant: 'thrifty', version: '2', answered: 1 },
    ]);
    const shown = await endpointNow('counted');
    expect(shown.routes).toEqual([
      {
        ...{ route: 'thrifty', kind: 'cascade', weight: 1, shadow: 0, escalatedShare: 0.25, requests: 4, rules: [] },
        per1000: { cost: null, reason: expect.any(String) },
        variants: [
          { variant: 'small', acceptAtConfidence: 0.8, asked: 4, escalated: 1, failed: 0 },
          { variant: 'large', acceptAtConfidence: null, asked: 1, escalated: 0, failed: 0 },
        ],
      },
    ]);
    // The replicas of both stages have answered, and are paid.
    expect(shown.variants).toMatchObject([{ answered: 4 }, { answered: 1 }]);
  });

  it('gets traffic by weight, and by its name in a header; a version in the path names a variant', async () => {
    await serve('split', { traffic: {} });
    expect(toFacts(await ask('split', [[0.5, 1]]))).toEqual([200, 'small', '1', undefined]);
    const named = { 'x-steelyard-variant': 'thrifty' };
    expect(toFacts(await ask('split', [[0.5, 1]], named))).toEqual([200, 'large', '2', 'small,large']);
    await call(application, setEndpointTraffic, {
      params: { endpoint: 'split' },
      body: { weights: { small: 0, thrifty: 1 } },
    });
    await settled(application, 'split');
    expect(toFacts(await ask('split', [[0.5, 1]]))).toEqual([200, 'large', '2', 'small,large']);
    const direct = await post('split/v1/models/m/versions/1:predict', { instances: [[0.5, 1]] });
    expect(toFacts(direct)).toEqual([200, 'small', '1', undefined]);
    const unknown = await ask('split', [[0.5, 1]], { 'x-steelyard-variant': 'other' });
    expect(unknown.statusCode).toBe(404);
  });
});

describe('a cascade of servers whose bodies are passed on', () => {
  const server = (...behaviour: string[]) => ({
    ...{ model: 'server', version: '1', backend: 'process' },
    process: { protocol: 'mlflow', command: [process.execPath, program, '{port}', 'mlflow', ...behaviour] },
  });
  const failing = (onError: string) => ({
    cascade: { stages: [{ variant: 'small', acceptAtConfidence: 0.8 }, { variant: 'failing' }], onError },
  });
  const along = (route: string, inputs: number[][]) => ask('servers', inputs, { 'x-steelyard-variant': route });

  beforeAll(async () => {
    const spec = {
      variants: { small: server(), large: server(), failing: server('fails') },
      routes: { ...routes, strict: failing('fail'), lenient: failing('answer') },
      log: { answer: 'never' },
    };
    expect((await serve('servers', spec)).state).toBe('live');
  });

  it('reads the confidence from the body, and escalates a stream without reading it', async () => {
    const accepted = await ask('servers', [[0.875, 0, 0]]);
    expect([accepted.json(), toFacts(accepted)]).toEqual([{ predictions: [0.875] }, [200, 'small', '1', 'small']]);
    expect(toFacts(await ask('servers', [[0.5, 0, 0]]))).toEqual([200, 'large', '1', 'small,large']);
    const chat = await post('servers/invocations', { messages: [{ role: 'user', content: 'hi' }], stream: true });
    expect(toFacts(chat)).toEqual([200, 'large', '1', 'small,large']);
    expect(chat.body).toContain('data: [DONE]');
  });

  it('reads long answers to a limit, and escalates beyond it', async () => {
    const rows = (count: number) => Array.from({ length: count }, () => [1, 0, 0]);
    // Predictions of 120 kB, which are not read in one part, and of more than 1 MiB.
    expect(toFacts(await ask('servers', rows(60_000)))).toEqual([200, 'small', '1', 'small']);
    const long = await ask('servers', rows(600_000));
    expect([toFacts(long), long.json<{ predictions: number[] }>().predictions.length]).toEqual([
      [200, 'large', '1', 'small,large'],
      600_000,
    ]);
  });

  it('answers with the error of a later stage that fails', async () => {
    const answer = await along('strict', [[0.5, 0, 0]]);
    expect([answer.statusCode, answer.headers['x-steelyard-stages']]).toEqual([500, 'small,failing']);
    expect((await along('strict', [[1, 0, 0]])).statusCode).toBe(200);
    const { routes: shown } = await endpointNow('servers');
    const strict = shown.find(({ route }) => route === 'strict');
    expect(strict).toMatchObject({ escalatedShare: 0.5, variants: [{ escalated: 1 }, { failed: 1 }] });
  });

  it('answers with the less confident answer where the document says so', async () => {
    const answer = await along('lenient', [[0.5, 0, 0]]);
    expect([answer.json(), toFacts(answer)]).toEqual([{ predictions: [0.5] }, [200, 'small', '1', 'small,failing']]);
    // Without an earlier answer the error stands.
    expect((await along('lenient', [[-6, 0, 0]])).statusCode).toBe(500);
  });

  it('has one timeout for all stages', async () => {
    await serve('late', { variants: { small: server(), large: server('is slow') }, limits: { timeout: '1s' } });
    const answer = await ask('late', [[0.5, 0, 0]]);
    expect([answer.statusCode, answer.json()]).toMatchObject([
      504,
      { message: expect.stringContaining('1 s together') },
    ]);
  });
});

describe('a router', () => {
  const ruled = (headers: object) => ask('thrift', [[1, 2]], { 'x-steelyard-variant': 'ruled', ...headers });

  it('selects the variant of the first rule that each row meets', async () => {
    expect(toFacts(await ruled({ 'x-tier': 'trial' }))).toEqual([200, 'small', '1', 'small']);
    expect(toFacts(await ruled({ 'x-tier': 'paid' }))).toEqual([200, 'large', '2', 'large']);
    const { routes: shown } = await endpointNow('thrift');
    const status = shown.find(({ route }) => route === 'ruled');
    expect(status).toMatchObject({ kind: 'router', escalatedShare: null, variants: [{ asked: 1 }, { asked: 1 }] });
  });

  it('compares inputs of every row, and sends requests that it cannot read on', async () => {
    const table = (...values: number[]) => ({ dataframe_records: values.map((a) => ({ a, b: 2 })) });
    const send = (body: object | string) =>
      sent(application, 'POST', '/serve/thrift/invocations', body, 'application/json', {
        'x-steelyard-variant': 'rows',
      });
    const stages = await Promise.all([table(9), table(1, 9), '{"inputs":'].map(send));
    expect(stages.map(({ headers }) => headers['x-steelyard-stages'])).toEqual(['large', 'small', 'small']);
    expect(stages[2]?.statusCode).toBe(400);
  });
});

it('the cost of a canary along a cascade pays each stage at the price of its replica', async () => {
  const prices = [
    { resource: 'cheap', perHour: '1', effectiveFrom: '2026-01-01' },
    { resource: 'dear', perHour: '4', effectiveFrom: '2026-01-01' },
  ];
  const book = { currency: 'USD', source: 'a list', prices };
  const toDocument = (kind: string, name: string, spec: object) =>
    JSON.stringify({ apiVersion: 'steelyard/v1', kind, metadata: { name }, spec });
  await applied(application, toDocument('PriceBook', 'own', book));
  const priced = {
    small: { ...onnx('1'), resources: { instance: 'cheap' } },
    large: { ...onnx('2'), resources: { instance: 'dear' } },
  };
  const analysis = { checks: [{ metric: 'cost', ratio: 50 }] };
  const rollout = { strategy: 'canary', steps: [{ weight: 50, for: '100ms' }], analysis };
  await serve('priced', { variants: { large: priced.large }, routes: {}, traffic: { weights: { large: 1 } }, rollout });
  await applied(application, toDocument('Endpoint', 'priced', { variants: priced, routes, traffic, rollout }));
  do {
    // Half of the requests escalate.
    await Promise.all(Array.from({ length: 40 }, (_, at) => ask('priced', [[at % 2 === 0 ? 0.9 : 0.5, 1]])));
  } while ((await call(application, getEndpoint, { params: { endpoint: 'priced' } })).state === 'rolling-out');
  const { rollout: ended } = await call(application, getEndpointRollout, { params: { endpoint: 'priced' } });
  expect(ended).toMatchObject({ state: 'promoted', checks: [{ name: 'cost', verdict: 'passes', reason: null }] });
  const used = ended?.checks[0]?.cost?.prices.map(({ side, resource }) => `${side} ${resource}`);
  expect(used?.toSorted()).toEqual(['canary 1 x cheap', 'canary 1 x dear', 'live 1 x dear']);
});

it('a canary whose traffic goes along a cascade is promoted', async () => {
  const version = await registeredFiles(application, 'm', { 'model.onnx': linearGraph([0, 2]) });
  const rollout = { strategy: 'canary', steps: [{ weight: 50, for: '100ms' }] };
  await serve('rolled', { rollout });
  const document = {
    ...{ apiVersion: 'steelyard/v1', kind: 'Endpoint', metadata: { name: 'rolled' } },
    spec: { variants: { ...variants, large: onnx(version) }, routes, traffic, rollout },
  };
  await applied(application, JSON.stringify(document));
  const seen = new Set<string>();
  do {
    const answer = await ask('rolled', [[0.5, 1]]);
    seen.add(`${answer.statusCode} ${answer.headers['x-steelyard-stages']} ${answer.body}`);
  } while ((await call(application, getEndpoint, { params: { endpoint: 'rolled' } })).state === 'rolling-out');
  expect(seen).toEqual(new Set(['200 small,large {"predictions":[[1]]}', '200 small,large {"predictions":[[2]]}']));
  const { rollout: ended } = await call(application, getEndpointRollout, { params: { endpoint: 'rolled' } });
  expect(ended).toMatchObject({ state: 'promoted' });
  expect((await ask('rolled', [[0.5, 1]])).json()).toEqual({ predictions: [[2]] });
});
