import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Application } from '../../main.ts';
import { testApplication } from '../../testing/application.ts';

let application: Application;
beforeAll(async () => {
  application = await testApplication();
});
afterAll(() => application[Symbol.asyncDispose]());

async function post(url: string, payload: string | Buffer, headers: Record<string, string> = {}) {
  const answer = await application.http.inject({
    method: 'POST',
    url,
    headers: { host: 'localhost', 'content-type': 'application/json', ...headers },
    payload,
  });
  return {
    status: answer.statusCode,
    body: answer.json() as Record<string, unknown>,
    type: answer.headers['content-type'],
  };
}

const MiB = 2 ** 20;
const brackets = (count: number) => '['.repeat(count) + ']'.repeat(count);
const MLFLOW_SEARCH = '/api/2.0/mlflow/runs/search';
const TRACES = { 'x-mlflow-experiment-id': '0' };

describe('bodies of our own routes', () => {
  it.each([
    ['a login of 5 kB', '/api/v1/session', `{"name":"a","password":"${'x'.repeat(5000)}"}`, 413, 'payload_too_large'],
    ['a login of 15 MiB', '/api/v1/session', `[${'{},'.repeat(5 * MiB)}{}]`, 413, 'payload_too_large'],
    ['a nested login', '/api/v1/session', brackets(1000), 400, 'json_too_deep'],
    ['half a MiB of brackets', '/api/v1/gate-checks', '['.repeat(MiB / 2), 400, 'json_too_deep'],
    ['more than the default', '/api/v1/gate-checks', `"${'x'.repeat(MiB)}"`, 413, 'payload_too_large'],
    ['nested predictions', '/api/v1/predictions', `{"predictions":${brackets(5 * MiB)}}`, 400, 'json_too_deep'],
    ['many values', '/api/v1/predictions', `{"predictions":[${'{},'.repeat(5 * MiB)}{}]}`, 413, 'json_too_many_values'],
    ['nested JSON where bytes are wanted', '/api/v1/uploads?name=a', brackets(1000), 400, 'json_too_deep'],
    ['text that ends early', '/api/v1/gate-checks', '{"a":[', 400, 'invalid_request'],
    ['__proto__', '/api/v1/gate-checks', '{"__proto__":{"a":1}}', 400, 'invalid_request'],
    ['nothing', '/api/v1/gate-checks', '', 400, 'invalid_request'],
  ])('%s', async (_name, url, payload, status, code) => {
    const answer = await post(url, payload);
    expect([answer.status, answer.body.code]).toEqual([status, code]);
    expect(answer.type).toBe('application/problem+json; charset=utf-8');
  });

  it('takes batches that are larger than the default', async () => {
    const answer = await post('/api/v1/predictions', JSON.stringify({ predictions: [{ note: 'x'.repeat(2 * MiB) }] }));
    expect([answer.status, answer.body.code]).toEqual([400, 'invalid_request']);
  });
});

describe('bodies of MLflow routes, refused in its own shape', () => {
  it.each([
    ['nested', MLFLOW_SEARCH, brackets(400_000), 400],
    ['larger than the default', MLFLOW_SEARCH, `{"filter":"${'x'.repeat(MiB)}"}`, 413],
    ['nested inside a JSON string', MLFLOW_SEARCH, JSON.stringify(brackets(1000)), 400],
    ['nested, in an upload by parts', '/api/2.0/mlflow-artifacts/mpu/create/x', brackets(MiB), 400],
    ['nested, in a batch', '/api/2.0/mlflow/runs/log-batch', `{"metrics":${brackets(MiB)}}`, 400],
    [
      'a model record that nests',
      '/api/2.0/mlflow/runs/log-model',
      JSON.stringify({ model_json: brackets(1000) }),
      400,
    ],
  ])('%s', async (_name, url, payload, status) => {
    const answer = await post(url, payload);
    expect([answer.status, answer.body.error_code]).toEqual([status, 'INVALID_PARAMETER_VALUE']);
  });

  it('refuses a record of models that a client wrote wrong', async () => {
    const { run } = (await post('/api/2.0/mlflow/runs/create', '{"experiment_id":"0"}')).body as {
      run: { info: { run_id: string } };
    };
    const run_id = run.info.run_id;
    const tag = { run_id, key: 'mlflow.log-model.history', value: brackets(1000) };
    expect((await post('/api/2.0/mlflow/runs/set-tag', JSON.stringify(tag))).status).toBe(200);
    const model = { artifact_path: 'm', flavors: {}, utc_time_created: 'now', run_id };
    const logged = { run_id, model_json: JSON.stringify(model) };
    const answer = await post('/api/2.0/mlflow/runs/log-model', JSON.stringify(logged));
    expect([answer.status, answer.body.error_code]).toEqual([400, 'INVALID_PARAMETER_VALUE']);
  });
});

describe('spans', () => {
  const packed = (levels: number) =>
    gzipSync(`{"resourceSpans":${'['.repeat(levels)}${']'.repeat(levels)}}`, { level: 1 });

  it('refuses a body that unpacks to nested JSON', async () => {
    const answer = await post('/v1/traces', packed(5 * MiB), { ...TRACES, 'content-encoding': 'gzip' });
    expect(answer).toMatchObject({ status: 400, body: { detail: expect.stringContaining('is nested more than') } });
  });

  it('refuses a body that unpacks to more than its limit', async () => {
    const answer = await post('/v1/traces', packed(17 * MiB), { ...TRACES, 'content-encoding': 'gzip' });
    expect(answer).toMatchObject({ status: 400, body: { detail: 'Failed to decompress gzip payload' } });
  });

  it('refuses protocol buffers of millions of fields', async () => {
    const body = Buffer.alloc(4 * MiB, Buffer.from([10, 0]));
    const answer = await post('/v1/traces', body, { ...TRACES, 'content-type': 'application/x-protobuf' });
    expect(answer).toMatchObject({ status: 413, body: { detail: expect.stringContaining('values') } });
  });

  it('takes a large request in a thread', async () => {
    const spans = Array.from({ length: 1000 }, (_, index) => ({
      traceId: '0123456789abcdef0123456789abcdef',
      spanId: (index + 1).toString(16).padStart(16, '0'),
      name: 'step',
      startTimeUnixNano: '1700000000000000000',
      attributes: [{ key: 'text', value: { stringValue: 'x'.repeat(200) } }],
    }));
    const body = JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans }] }] });
    expect(await post('/v1/traces', body, TRACES)).toMatchObject({ status: 200, body: {} });
  });

  it('refuses nested protocol buffers', async () => {
    let value: Buffer = Buffer.alloc(0);
    for (let level = 0; level < 200; level += 1) value = field(5, field(1, value));
    const attribute = field(9, Buffer.concat([field(1, Buffer.from('k')), field(2, value)]));
    const body = field(1, field(2, field(2, attribute)));
    const answer = await post('/v1/traces', body, { ...TRACES, 'content-type': 'application/x-protobuf' });
    expect(answer).toMatchObject({ status: 400, body: { detail: expect.stringContaining('Invalid') } });
  });
});

/** A field of a protocol buffer whose content is bytes. */
function field(number: number, content: Buffer): Buffer {
  const length: number[] = [];
  for (let rest = content.length; ; rest >>>= 7) {
    length.push(rest > 127 ? (rest & 127) | 128 : rest);
    if (rest <= 127) break;
  }
  return Buffer.concat([Buffer.from([(number << 3) | 2, ...length]), content]);
}
