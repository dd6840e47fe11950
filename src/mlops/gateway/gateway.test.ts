import { request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Application } from '../../main.ts';
import { call, testApplication } from '../../testing/application.ts';
import { getEndpoint } from '../serving/schema.ts';
import { appliedEndpoint, registeredFiles, sent } from '../testing/serving.ts';

const program = join(import.meta.dirname, '../serving/model-server.testing.ts');
const ROWS = [
  [1, 2, 3],
  [4, 5, 6],
];
const SIGNATURE = `
flavors: {python_function: {loader_module: mlflow.sklearn}}
signature:
  inputs: '[{"type": "tensor", "tensor-spec": {"dtype": "float64", "shape": [-1, 3]}}]'
  outputs: '[{"type": "tensor", "tensor-spec": {"dtype": "float64", "shape": [-1]}}]'
`;

const served = (version: string, protocol: string, ...more: string[]) => ({
  model: 'm',
  version,
  backend: 'process',
  process: { protocol, command: [process.execPath, program, '{port}', protocol, ...more] },
});

let application: Application;
let version: string;
beforeAll(async () => {
  application = await testApplication();
  version = await registeredFiles(application, 'm', { MLmodel: SIGNATURE });
});
afterAll(() => application[Symbol.asyncDispose]());

const post = (endpoint: string, path: string, body: object, headers = {}) =>
  sent(application, 'POST', `/serve/${endpoint}/${path}`, body, 'application/json', headers);
const v2 = (rows: readonly number[][]) => ({
  inputs: [{ name: 'x', datatype: 'FP64', shape: [rows.length, 3], data: rows.flat() }],
});
const endpointNow = (endpoint: string) => call(application, getEndpoint, { params: { endpoint } });

describe.each(['mlflow', 'tensorflow', 'kserve', 'v2'])('a server that speaks %s', (protocol) => {
  const endpoint = `by-${protocol}`;
  beforeAll(async () => {
    const { state } = await appliedEndpoint(application, endpoint, { variants: { main: served(version, protocol) } });
    expect(state).toBe('live');
  });

  it.each([
    ['MLflow scoring', 'invocations', { inputs: ROWS }, { predictions: [14, 32] }],
    [
      'a data frame',
      'invocations',
      { dataframe_split: { columns: ['a', 'b', 'c'], data: ROWS } },
      { predictions: [14, 32] },
    ],
    ['TensorFlow Serving', 'v1/models/m:predict', { instances: ROWS }, { predictions: [14, 32] }],
    ['v2', `v2/models/m/infer`, v2(ROWS), { outputs: [{ shape: [2], data: [14, 32] }] }],
    [
      'v2 under the name of the endpoint',
      `v2/models/by-${protocol}/infer`,
      v2(ROWS),
      { outputs: [{ data: [14, 32] }] },
    ],
  ])('answers %s', async (_name, path, body, expected) => {
    const answer = await post(endpoint, path, body);
    expect([answer.statusCode, answer.json()]).toMatchObject([200, expected]);
    expect(answer.headers).toMatchObject({ 'x-steelyard-variant': 'main', 'x-steelyard-model-version': version });
  });

  it.each(['ping', 'health', 'v1/models/m', 'v2/health/live', 'v2/health/ready', 'v2/models/m/ready'])(
    'is well by %s',
    async (path) => {
      expect((await sent(application, 'GET', `/serve/${endpoint}/${path}`)).statusCode).toBe(200);
    },
  );

  it('is described in the words of each protocol', async () => {
    const get = async (path: string) => (await sent(application, 'GET', `/serve/${endpoint}/${path}`)).json();
    expect(await get('v1/models/m')).toMatchObject({
      name: 'm',
      ready: true,
      model_version_status: [{ version, state: 'AVAILABLE' }],
    });
    expect(await get('v1/models')).toEqual({ models: ['m'] });
    expect(await get('v1/models/m/metadata')).toMatchObject({ model_spec: { name: 'm', version } });
    expect(await get('v2/models/m')).toMatchObject({ name: 'm', versions: [version] });
  });

  it.each([
    ['crashes', -1, [503]],
    ['answers HTML', -3, [502]],
    ['answers the wrong length', -4, [502]],
    ['ends in its answer', -5, [502]],
    ['fails', -6, [500]],
  ])('that %s is told from a good one, and answers the next', async (_what, first, statuses) => {
    // With another protocol than the server's, so that the gateway has to read the answer.
    const rows = [[first, 0, 0]];
    const answer =
      protocol === 'v2'
        ? await post(endpoint, 'v1/models/m:predict', { instances: rows })
        : await post(endpoint, 'v2/models/m/infer', v2(rows));
    // A whole answer of v2 may have any length.
    if (!(first === -4 && protocol !== 'v2')) expect(statuses).toContain(answer.statusCode);
    expect(answer.headers['content-type']).toMatch(/^application\/json/);
    await expect.poll(async () => (await post(endpoint, 'invocations', { inputs: ROWS })).statusCode).toBe(200);
  });
});

describe('bytes that both sides speak', () => {
  it('are passed on as they are', async () => {
    const odd = '{ "inputs" :  [[1,2,3]], "params": {"any": true} }';
    const answer = await sent(application, 'POST', '/serve/by-mlflow/invocations', odd);
    expect([answer.statusCode, answer.body]).toEqual([200, '{"predictions":[14]}']);
  });

  it('are shown by no browser as a page', async () => {
    const answer = await post('by-mlflow', 'invocations', { inputs: [[-3, 0, 0]] });
    expect(answer.headers).toMatchObject({
      'content-type': 'application/octet-stream',
      'x-content-type-options': 'nosniff',
    });
  });
});

describe('errors', () => {
  it.each([
    [
      'MLflow',
      'invocations',
      { inputs: [['a', 'b', 'c']] },
      400,
      { error_code: 'BAD_REQUEST', message: expect.stringContaining('FP64') },
    ],
    [
      'TensorFlow Serving',
      'v1/models/m:predict',
      { instances: [[1, 2]] },
      400,
      { error: expect.stringContaining('[?, 3]') },
    ],
    [
      'TensorFlow Serving',
      'v1/models/other:predict',
      { instances: ROWS },
      404,
      { error: expect.stringContaining('"by-v2" serves m') },
    ],
    [
      'TensorFlow Serving',
      'v1/models/m/versions/99:predict',
      { instances: ROWS },
      404,
      { error: expect.stringContaining('version 99') },
    ],
    ['v2', 'v2/models/other/infer', v2(ROWS), 404, { error: expect.stringContaining('other') }],
    ['v2', 'v2/models/m/explain', {}, 404, { error: expect.stringContaining('No protocol of this server has') }],
    ['MLflow', 'nowhere', {}, 404, { error_code: 'RESOURCE_DOES_NOT_EXIST' }],
  ])('are those of %s for %s', async (_name, path, body, status, expected) => {
    const answer = await post('by-v2', path, body);
    expect([answer.statusCode, answer.json()]).toMatchObject([status, expected]);
  });

  it('name an endpoint that is not there', async () => {
    const answer = await post('none', 'v2/models/m/infer', v2(ROWS));
    expect([answer.statusCode, answer.json()]).toEqual([404, { error: 'There is no endpoint "none".' }]);
  });

  it('refuse a packed body', async () => {
    const answer = await post('by-v2', 'v2/models/m/infer', v2(ROWS), { 'content-encoding': 'gzip' });
    expect(answer.statusCode).toBe(415);
  });
});

describe('limits', () => {
  const limited = (limits: object) => ({ variants: { main: served(version, 'mlflow') }, limits });

  it('of time end a prediction, and the replica that hangs with it', async () => {
    await appliedEndpoint(application, 'hung', limited({ timeout: '1s' }));
    const answer = await post('hung', 'invocations', { inputs: [[-2, 0, 0]] });
    expect([answer.statusCode, answer.json()]).toMatchObject([504, { error_code: 'DEADLINE_EXCEEDED' }]);
    await expect
      .poll(async () => (await post('hung', 'invocations', { inputs: ROWS })).statusCode, { timeout: 60_000 })
      .toBe(200);
    expect((await endpointNow('hung')).variants[0]).toMatchObject({ lastEnd: 'its end was requested' });
  });

  it('of the line answer 429 with when to come again', async () => {
    await appliedEndpoint(application, 'full', limited({ timeout: '3s', concurrency: 1, queue: 1 }));
    // The first request never gets an answer: the second waits, and the third exceeds the queue.
    const first = post('full', 'invocations', { inputs: [[-7, 0, 0]] });
    await expect.poll(async () => (await endpointNow('full')).variants[0]?.inFlight).toBe(1);
    const second = post('full', 'invocations', { inputs: ROWS });
    await expect.poll(async () => (await endpointNow('full')).variants[0]?.waiting).toBe(1);
    const third = await post('full', 'v1/models/m:predict', { instances: ROWS });
    expect([third.statusCode, third.json(), Number(third.headers['retry-after'])]).toEqual([
      429,
      { error: 'The queue is full with 1 predictions.' },
      expect.toSatisfy((seconds) => seconds >= 1),
    ]);
    expect((await first).statusCode).toBe(504);
    expect([200, 504]).toContain((await second).statusCode);
  });

  it('of size refuse a gigabyte before it is read', async () => {
    await appliedEndpoint(application, 'small', limited({ request: '1Ki' }));
    await application.http.listen({ host: '127.0.0.1', port: 0 });
    const { port } = application.http.server.address() as AddressInfo;
    const before = process.memoryUsage().rss;
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const headers = { 'content-type': 'application/json', 'content-length': String(1e9) };
      const sending = request({ port, method: 'POST', path: '/serve/small/invocations', headers });
      sending.once('response', (answer) => resolve(answer.statusCode)).once('error', reject);
      sending.write(Buffer.alloc(65_536));
    });
    expect(status).toBe(413);
    expect(process.memoryUsage().rss - before).toBeLessThan(200e6);
    const chunked = await post('small', 'invocations', { inputs: Array.from({ length: 1_000 }, () => [1, 2, 3]) });
    expect([chunked.statusCode, chunked.json()]).toMatchObject([413, { error_code: 'BAD_REQUEST' }]);
  });
});
