import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testApplication } from '../../testing/application.ts';
import { decodePageToken, encodePageToken } from './page-token.ts';

const host = { host: 'localhost' };

let application: Awaited<ReturnType<typeof testApplication>>;
beforeAll(async () => {
  application = await testApplication();
});
afterAll(() => application[Symbol.asyncDispose]());

describe('the MLflow wire', () => {
  it.each(['/api/2.0', '/api/3.0', '/ajax-api/2.0', '/ajax-api/3.0', '//api/2.0'])(
    'serves its endpoints under %s',
    async (prefix) => {
      const url = `${prefix}/mlflow/experiments/get?experiment_id=0`;
      const answer = await application.http.inject({ url, headers: host });
      expect(answer.json()).toMatchObject({
        experiment: { name: 'Default', artifact_location: 'mlflow-artifacts:/0' },
      });
    },
  );

  it.each([
    ['text/plain', "Bad Request. Content-Type must be one of ['application/json']."],
    ['application/x-www-form-urlencoded', "Bad Request. Content-Type must be one of ['application/json']."],
    [undefined, 'Bad Request. Content-Type header is missing.'],
  ])('refuses a POST of %s, which a page of another site could send', async (type, message) => {
    const answer = await application.http.inject({
      method: 'POST',
      url: '/api/2.0/mlflow/experiments/create',
      headers: type === undefined ? host : { ...host, 'content-type': type },
      payload: Buffer.from('{"name": "x"}'),
    });
    expect([answer.statusCode, answer.json()]).toEqual([400, { error_code: 'INVALID_PARAMETER_VALUE', message }]);
  });

  it.each([
    '/api/2.0/mlflow/artifacts/list?run_id=RUN&path=../a',
    '/get-artifact?run_id=RUN&path=../a',
    '/get-artifact?run_id=nobody&path=../a',
    '//model-versions/get-artifact?name=nobody&version=1&path=../a',
  ])('says of a path that climbs what MLflow says, word for word: %s', async (url) => {
    const created = await application.http.inject({
      method: 'POST',
      url: '/api/2.0/mlflow/runs/create',
      headers: { ...host, 'content-type': 'application/json' },
      payload: '{"experiment_id": "0"}',
    });
    const runId = created.json().run.info.run_id;
    const answer = await application.http.inject({ url: url.replace('RUN', runId), headers: host });
    const refusal = { error_code: 'INVALID_PARAMETER_VALUE', message: 'Invalid path' };
    expect([answer.statusCode, answer.json()]).toEqual([400, refusal]);
  });

  it('answers what it does not serve with 404 in MLflow’s shape', async () => {
    const answer = await application.http.inject({ url: '/api/3.0/mlflow/scorers/list', headers: host });
    expect([answer.statusCode, answer.json()]).toMatchObject([404, { error_code: 'ENDPOINT_NOT_FOUND' }]);
  });

  it('answers a foreign Host in MLflow’s shape', async () => {
    const url = '/api/2.0/mlflow/experiments/get?experiment_id=0';
    const answer = await application.http.inject({ url, headers: { host: 'evil.example' } });
    expect([answer.statusCode, answer.json()]).toMatchObject([403, { error_code: 'PERMISSION_DENIED' }]);
  });

  it('names a version from which on clients send spans by OTLP', async () => {
    const answer = await application.http.inject({ url: '/version', headers: host });
    expect(answer.body).toMatch(/^3\.([4-9]|\d\d)\.\d+$/);
  });

  it('takes a body of JSON text in JSON and parameters of the content type', async () => {
    const answer = await application.http.inject({
      method: 'POST',
      url: '/api/2.0/mlflow/experiments/create',
      headers: { ...host, 'content-type': 'application/json; charset=utf-8' },
      payload: JSON.stringify(JSON.stringify({ name: 'twice', unknown_field: 1 })),
    });
    expect(answer.json()).toEqual({ experiment_id: '1' });
  });
});

describe('a page token', () => {
  it('gives its position back to the same query only', () => {
    const token = encodePageToken(['q', 1], ['a', 2, 0.1]);
    expect(decodePageToken(token, ['q', 1], 3)).toEqual(['a', 2, 0.1]);
    expect(decodePageToken('', ['q', 1], 3)).toBeNull();
    for (const refused of [() => decodePageToken(token, ['q', 2], 3), () => decodePageToken(token, ['q', 1], 2)]) {
      expect(refused).toThrow(expect.objectContaining({ code: 'invalid_page_token' }));
    }
  });

  it.each(['x', 'bnVsbA', 'e30', Buffer.from('{"hash":"q","at":[null]}').toString('base64url')])(
    'refuses %j',
    (token) => {
      expect(() => decodePageToken(token, ['q'], 1)).toThrow(
        expect.objectContaining({ code: 'invalid_page_token', errorCode: 'INVALID_PARAMETER_VALUE' }),
      );
    },
  );
});
