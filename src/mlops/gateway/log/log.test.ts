import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listTokenUsage, type TokenGrouping, tokenCostReport } from '../../../finops/tokens/schema.ts';
import type { Application } from '../../../main.ts';
import { call, testApplication } from '../../../testing/application.ts';
import { listPredictions } from '../../predictions/schema.ts';
import { getEndpoint } from '../../serving/schema.ts';
import { applied } from '../../testing/pipelines.ts';
import { appliedEndpoint, registeredFiles, sent } from '../../testing/serving.ts';

const program = join(import.meta.dirname, '../../serving/model-server.testing.ts');
const WAIT = { timeout: 30_000 };

let application: Application;
beforeAll(async () => {
  application = await testApplication();
});
afterAll(() => application[Symbol.asyncDispose]());

/** Creates an endpoint with a separate model, and a server that speaks the given protocol. */
async function served(name: string, protocol: string, spec: object = {}): Promise<string> {
  const version = await registeredFiles(application, name, { MLmodel: 'flavors: {}' });
  const command = [process.execPath, program, '{port}', protocol];
  const main = { model: name, version, backend: 'process', process: { protocol, command } };
  const { state } = await appliedEndpoint(application, name, { variants: { main }, ...spec });
  expect(state).toBe('live');
  return version;
}

async function monitored(model: string, log: object): Promise<void> {
  const document = { apiVersion: 'steelyard/v1', kind: 'Monitor', metadata: { name: model }, spec: { model, log } };
  await applied(application, JSON.stringify(document));
}

const post = (endpoint: string, path: string, body: object | string, headers = {}) =>
  sent(application, 'POST', `/serve/${endpoint}/${path}`, body, 'application/json', headers);
const v2 = (rows: readonly number[][]) => ({
  inputs: [{ name: 'x', datatype: 'FP64', shape: [rows.length, 3], data: rows.flat() }],
});
const logged = async (model: string) => (await call(application, listPredictions, { query: { model } })).predictions;
const byId = async (model: string) =>
  (await logged(model)).map(({ prediction, inputs, output }) => [prediction, inputs, output]).toSorted();
const logNow = async (endpoint: string) => (await call(application, getEndpoint, { params: { endpoint } })).log;

describe('what is answered', () => {
  it('is in the log: passed on or converted, a row for each row', async () => {
    const version = await served('rows', 'mlflow', { environment: 'prod' });
    const passed = await post('rows', 'invocations', { inputs: [[1, 2, 3]] }, { 'x-request-id': 'passed' });
    const converted = await post(
      'rows',
      'v2/models/rows/infer',
      v2([
        [1, 2, 3],
        [4, 5, 6],
      ]),
      {
        'x-steelyard-prediction-id': 'mine',
        'x-request-id': 'other',
      },
    );
    expect([passed, converted].map(({ headers }) => headers['x-steelyard-prediction-id'])).toEqual(['passed', 'mine']);
    await expect
      .poll(() => byId('rows'), WAIT)
      .toEqual([
        ['mine-0', { x: [1, 2, 3] }, 14],
        ['mine-1', { x: [4, 5, 6] }, 32],
        ['passed', { input: [1, 2, 3] }, 14],
      ]);
    const [one] = await logged('rows');
    expect(one).toMatchObject({ modelVersion: version, endpoint: 'rows', environment: 'prod', caller: 'local' });
    expect(one?.latencyMs).toBeGreaterThan(0);
  });

  it('with tokens is in the ledger of tokens, streamed or not, unpriced beside its replicas', async () => {
    await served('chat', 'mlflow', { log: { answer: 'before' } });
    const ask = (stream: boolean, user: string) =>
      post('chat', 'invocations', { model: 'gpt-4o', messages: [{ role: 'user', content: 'hi' }], stream, user });
    expect((await ask(true, 'ada')).body).toContain('data: [DONE]');
    await ask(false, 'ada');
    await ask(true, 'bob');
    const counted = { inputTokens: 12, outputTokens: 10 };
    expect(await logged('chat')).toMatchObject([counted, counted, counted]);
    const { records } = await call(application, listTokenUsage, { query: { endpoint: 'chat' } });
    const record = { ...counted, model: 'gpt-4o', provider: 'self-hosted', metered: { cost: null } };
    expect(records).toMatchObject([record, record, record]);
    expect(records[0]?.subject).toMatchObject({ endpoint: 'chat', model: 'chat', purpose: 'inference' });
    const cost = (by: TokenGrouping) => call(application, tokenCostReport, { query: { endpoint: 'chat', by } });
    expect(await cost('llm')).toMatchObject({
      ...{ cost: null, unpricedRecords: 3, inputTokens: '36', outputTokens: '30' },
      groups: [{ value: 'gpt-4o', requests: '3' }],
    });
    const users = (await cost('user')).groups.map(({ value, requests }) => [value, requests]);
    expect(users.toSorted()).toEqual([
      ['ada', '2'],
      ['bob', '1'],
    ]);
    expect((await cost('endpoint')).groups).toMatchObject([{ value: 'chat', requests: '3' }]);
    expect((await cost('provider')).groups).toMatchObject([{ value: 'self-hosted', requests: '3' }]);
    expect((await cost('session')).groups).toMatchObject([{ value: null, requests: '3' }]);
  });

  it('has the id of its request where nobody gives one', async () => {
    const { headers } = await post('rows', 'invocations', { inputs: [[0, 0, 1]] });
    const id = String(headers['x-steelyard-prediction-id']);
    expect(id).toBe(headers['x-request-id']);
    await expect.poll(async () => (await byId('rows')).map(([name]) => name), WAIT).toContain(id);
  });

  it('is refused under an id that cannot be one', async () => {
    const answer = await post(
      'rows',
      'invocations',
      { inputs: [[0, 0, 1]] },
      { 'x-steelyard-prediction-id': 'ä'.repeat(3) },
    );
    expect(answer.statusCode).toBe(400);
  });

  it('is kept as its monitor says: without fields, and a share', async () => {
    await monitored('redacted', { redact: ['secret'] });
    await monitored('sampled', { sample: 0 });
    await served('redacted', 'v2', { log: { answer: 'before' } });
    await served('sampled', 'mlflow', { log: { answer: 'before' } });
    const inputs = { x: [[1, 0, 0]] };
    const secret = { name: 'secret', datatype: 'BYTES', shape: [1], data: ['hush'] };
    const x = { name: 'x', datatype: 'FP64', shape: [1, 3], data: [1, 0, 0] };
    expect((await post('redacted', 'v2/models/redacted/infer', { inputs: [x, secret] })).statusCode).toBe(200);
    expect((await post('sampled', 'invocations', { inputs })).statusCode).toBe(200);
    expect(await byId('redacted')).toEqual([[expect.any(String), { x: [1, 0, 0] }, 1]]);
    expect([await byId('sampled'), await logNow('sampled')]).toMatchObject([[], { sampledOut: 1, kept: 0 }]);
  });

  it('with `before` is in the log before it is answered, and streams end when they are kept', async () => {
    await served('first', 'mlflow', { log: { answer: 'before', entity: { header: 'x-user' } } });
    for (const [number, path] of ['invocations', 'v1/models/first:predict'].entries()) {
      const body = path === 'invocations' ? { inputs: [[number, 0, 0]] } : { instances: [[number, 0, 0]] };
      const answer = await post('first', path, body, { 'x-user': `u${number}` });
      expect([answer.statusCode, answer.json()]).toEqual([200, { predictions: [number] }]);
      expect((await logged('first')).map(({ entity }) => entity)).toContain(`u${number}`);
    }
  });

  it('with `never` is not', async () => {
    await served('quiet', 'mlflow', { log: { answer: 'never' } });
    expect((await post('quiet', 'invocations', { inputs: [[1, 0, 0]] })).statusCode).toBe(200);
    expect([await logged('quiet'), await logNow('quiet')]).toMatchObject([[], { kept: 0, waiting: 0 }]);
  });

  it('and refused or failed, is none', async () => {
    await served('failing', 'mlflow', { log: { answer: 'before' } });
    expect((await post('failing', 'invocations', { inputs: [[-6, 0, 0]] })).statusCode).toBe(500);
    expect((await post('failing', 'v2/models/failing/infer', { inputs: 1 })).statusCode).toBe(400);
    expect(await logged('failing')).toEqual([]);
  });

  it('is counted in the telemetry and shown', async () => {
    expect(await logNow('first')).toMatchObject({ kept: 2, withoutContent: 0, behind: 0, failed: 0, waiting: 0 });
    const metrics = await sent(application, 'GET', '/metrics');
    expect(metrics.body).toContain('steelyard_prediction_log_total{endpoint="first",outcome="kept"} 2');
    expect(metrics.body).toContain('steelyard_prediction_log_waiting_bytes 0');
  });
});
