import { gzipSync } from 'node:zlib';
import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testApplication } from '../../testing/application.ts';
import { mlflow, post, valueAt } from '../wire/testing.ts';
import { id, jsonRequest, protobufRequest, sendOtlp, traceMessage } from './fixtures.testing.ts';
import { tracingSuite } from './suite.testing.ts';

tracingSuite('SQLite', { mlflow, post }, testApplication);

let application: Awaited<ReturnType<typeof testApplication>>;
beforeAll(async () => {
  application = await testApplication();
});
afterAll(() => application[Symbol.asyncDispose]());

const contents = async (traceId: string) =>
  (
    await application.http.inject({
      url: `/api/3.0/mlflow/traces/get?trace_id=tr-${traceId}`,
      headers: { host: 'localhost' },
    })
  ).body;

describe('spans by OTLP', () => {
  it('are the same in JSON, in protocol buffers and in gzip, sent once or again', async () => {
    const span = (traceId: string) => [{ traceId, spanId: id('1', 16), attributes: { 'http.route': '/a', n: 42 } }];
    const bodies = [
      sendOtlp(application, jsonRequest(span(id('1', 32)))),
      sendOtlp(application, protobufRequest(span(id('2', 32)))),
      sendOtlp(application, gzipSync(protobufRequest(span(id('3', 32)))), { 'content-encoding': 'gzip' }),
      sendOtlp(application, protobufRequest(span(id('1', 32)))),
    ];
    expect((await Promise.all(bodies)).map(({ status, body }) => [status, body])).toEqual([
      [200, '{}'],
      [200, ''],
      [200, ''],
      [200, ''],
    ]);
    const [one, two, three] = await Promise.all(['1', '2', '3'].map((digit) => contents(id(digit, 32))));
    const same = (text = '', digit = '') =>
      text.replaceAll(id(digit, 32), 'ID').replaceAll(Buffer.from(id(digit, 32), 'hex').toString('base64'), 'ID');
    expect(one).toContain('{"key":"n","value":{"int_value":42}}');
    expect([same(two, '2'), same(three, '3')]).toEqual([same(one, '1'), same(one, '1')]);
  });

  const valid = jsonRequest([{ traceId: id('4', 32), spanId: id('1', 16) }]);
  const nested = Array.from({ length: 70 }).reduce<unknown>((value) => [value], 'x');
  it.each([
    ['no experiment', valid, { 'x-mlflow-experiment-id': '' }, 422],
    ['an unknown experiment', valid, { 'x-mlflow-experiment-id': '99' }, 404],
    ['an experiment that is no number', valid, { 'x-mlflow-experiment-id': "0' or 1=1" }, 404],
    ['another content type', valid, { 'content-type': 'text/plain' }, 400],
    ['an encoding that is not served', valid, { 'content-encoding': 'br' }, 400],
    ['gzip that is none', valid, { 'content-encoding': 'gzip' }, 400],
    ['no JSON', '{"resourceSpans":', {}, 400],
    ['JSON of another shape', '{"resourceSpans":[{"scopeSpans":3}]}', {}, 400],
    ['no spans', '{}', {}, 400],
    ['bytes of another format', Buffer.from([0xff, 0xff, 0x01]), {}, 400],
    ['a field of another wire type', Buffer.from([0x08, 0x01]), {}, 400],
    ['a run id that is none', valid, { 'x-mlflow-run-id': '../x' }, 400],
    ['a span without an id', jsonRequest([{ traceId: id('4', 32), spanId: '' }]), {}, 422],
    ['a trace id of zeros', jsonRequest([{ traceId: id('0', 32), spanId: id('1', 16) }]), {}, 422],
    [
      'values without end',
      jsonRequest([{ traceId: id('4', 32), spanId: id('1', 16), attributes: { nested } }]),
      {},
      400,
    ],
  ])('are refused with %s', async (_what, body, headers, status) => {
    const answer = await sendOtlp(application, body, headers);
    expect(answer.status).toBe(status);
    expect(Object.keys(JSON.parse(answer.body))[0]).toMatch(/^(detail|error_code)$/);
  });

  it('with NUL characters or halves of surrogate pairs are kept whole, and a warning says what was changed', async () => {
    const bad = {
      traceId: id('6', 32),
      spanId: id('1', 16),
      name: 'cut \ud83d',
      attributes: { 'a\0b': ['x\0', { y: '\udc00' }] },
    };
    const good = { traceId: id('6', 32), spanId: id('2', 16), name: 'smile 😀' };
    const warned = await sendOtlp(application, jsonRequest([bad, good]));
    expect([warned.status, JSON.parse(warned.body)]).toEqual([
      200,
      {
        partialSuccess: { rejectedSpans: '0', errorMessage: expect.stringMatching(/^1 spans are stored with U\+FFFD/) },
      },
    ]);
    const stored = await contents(id('6', 32));
    expect(stored).toContain('"name":"cut \ufffd"');
    expect(stored).toContain('"name":"smile 😀"');
    expect(stored).toContain('"key":"a\ufffdb"');
    expect(stored).not.toMatch(/\\u0000|\\ud83d|\\udc00/);
    const { traces } = (await post(application, 'traces/search', {
      locations: [{ type: 'MLFLOW_EXPERIMENT', mlflow_experiment: { experiment_id: '0' } }],
      filter: "trace.name = 'cut \ufffd'",
    })) as { traces: { trace_id: string }[] };
    expect(traces.map(({ trace_id }) => trace_id)).toEqual([`tr-${id('6', 32)}`]);
    const inBinary = await sendOtlp(application, protobufRequest([{ ...good, name: 'a\0b' }]));
    // partial_success (field 1) holds the message (field 2) alone: zero spans were rejected.
    expect(inBinary.status).toBe(200);
    const reader = new BinaryReader(Buffer.from(inBinary.body));
    const fieldOfBytes = (field: number) => [field, WireType.LengthDelimited];
    expect(reader.tag()).toEqual(fieldOfBytes(1));
    const partialSuccess = new BinaryReader(reader.bytes());
    expect(partialSuccess.tag()).toEqual(fieldOfBytes(2));
    expect(partialSuccess.string()).toMatch(/^1 spans are stored with U\+FFFD/);
    expect([partialSuccess.pos, reader.pos]).toEqual([partialSuccess.len, reader.len]);
    expect(await contents(id('6', 32))).toContain('"name":"a\ufffdb"');
    const ofResource = await sendOtlp(
      application,
      jsonRequest([{ ...good, spanId: id('3', 16) }], { 'host.name': '\0' }),
    );
    expect(JSON.parse(ofResource.body)).toMatchObject({ partialSuccess: { rejectedSpans: '0' } });
  });

  it('of long names are cut between characters', async () => {
    const name = `${'x'.repeat(499)}😀`;
    const span = { traceId: id('7', 32), spanId: id('1', 16), name };
    expect((await sendOtlp(application, jsonRequest([span]))).body).toBe('{}');
    expect(await contents(id('7', 32))).toContain(name);
  });

  it('are refused when they unpack to more than the limit', async () => {
    const bomb = gzipSync(Buffer.alloc(80 * 1024 * 1024));
    const answer = await sendOtlp(application, bomb, { 'content-encoding': 'gzip' });
    expect([answer.status, answer.body]).toEqual([400, '{"detail":"Failed to decompress gzip payload"}']);
  });

  it('are stored all or none', async () => {
    const good = { traceId: id('5', 32), spanId: id('1', 16) };
    const { status } = await sendOtlp(application, jsonRequest([good, { traceId: id('5', 32), spanId: '' }]));
    expect([status, (await mlflow(application, 'GET', `traces/tr-${id('5', 32)}`)).status]).toEqual([422, 404]);
  });

  it('keep the time of a clock that is far ahead', async () => {
    const traceId = id('8', 32);
    const end = '18446744073709551615';
    expect((await sendOtlp(application, protobufRequest([{ traceId, spanId: id('1', 16), end }]))).status).toBe(200);
    expect(await contents(traceId)).toContain(`"end_time_unix_nano":${end}`);
    const url = `/api/v1/traces/tr-${traceId}`;
    expect((await application.http.inject({ url, headers: { host: 'localhost' } })).statusCode).toBe(200);
  });

  it('belong to the run of their header', async () => {
    const body = jsonRequest([{ traceId: id('6', 32), spanId: id('1', 16) }]);
    await sendOtlp(application, body, { 'x-mlflow-run-id': 'abc' });
    const locations = [{ mlflow_experiment: { experiment_id: '0' } }];
    const { traces } = await post(application, 'traces/search', { locations, filter: "run_id = 'abc'" });
    expect(traces).toMatchObject([{ trace_id: `tr-${id('6', 32)}` }]);
  });
});

describe('credentials in traces', () => {
  it('are gone before anything is stored', async () => {
    const traceId = id('7', 32);
    const secret = 'sk-proj-0123456789abcdefghij';
    const attributes = {
      'llm.api_key': 'plain-key',
      'http.headers': { Authorization: 'Bearer abcdefghijklmnop.qrstuvwxyz' },
      'mlflow.spanInputs': { prompt: `my key is ${secret}`, config: '{"api_key": "plain-key"}' },
      'gen_ai.usage.input_tokens': 5,
      max_token: 'kept',
    };
    await sendOtlp(application, jsonRequest([{ traceId, spanId: id('1', 16), attributes }]));
    const info = { tags: { note: secret }, trace_metadata: { password: 'plain-key' }, request_preview: secret };
    await post(application, 'traces', traceMessage(`tr-${traceId}`, info));
    const stored = await contents(traceId);
    expect(stored).not.toMatch(/sk-proj|plain-key|abcdefghijklmnop/);
    expect(stored).toContain('"int_value":5');
  });
});

describe('texts of trace messages that no store keeps', () => {
  it('are kept with U+FFFD in their place: previews, tags, metadata and assessments', async () => {
    const message = traceMessage(`tr-${id('8', 32)}`, {
      request_preview: 'asked \0',
      response_preview: 'cut \ud83d',
      tags: { note: 'a\0b' },
      trace_metadata: { 'k\ud83d': 'v' },
      assessments: [
        { assessment_name: 'good', feedback: { value: 'x\0' }, rationale: '\udc00', source: { source_type: 'HUMAN' } },
      ],
    });
    const { trace } = (await post(application, 'traces', message)) as { trace: { trace_info: object } };
    expect(trace.trace_info).toMatchObject({
      request_preview: 'asked \ufffd',
      response_preview: 'cut \ufffd',
      tags: { note: 'a\ufffdb' },
      trace_metadata: { 'k\ufffd': 'v' },
      assessments: [{ feedback: { value: 'x\ufffd' }, rationale: '\ufffd' }],
    });
  });

  it.each(['a\0b', 'cut \ud83d'])(
    'are refused with 400 where a message has fields of its own: tag %j',
    async (value) => {
      const message = traceMessage(`tr-${id('9', 32)}`);
      await post(application, 'traces', message);
      const answer = await mlflow(application, 'PATCH', `traces/tr-${id('9', 32)}/tags`, { key: 'k', value });
      expect(answer).toMatchObject({ status: 400, body: { error_code: 'INVALID_PARAMETER_VALUE' } });
    },
  );
});

describe('a trace', () => {
  it.each([
    ['GET', 'traces/tr-none', {}, 404],
    ['PATCH', 'traces/tr-none/tags', { key: 'a', value: 'b' }, 404],
    ['POST', 'traces', {}, 400],
    ['POST', 'traces', traceMessage('../../etc'), 400],
    ['POST', 'traces', traceMessage('tr-x', { request_time: 'yesterday' }), 400],
    ['POST', 'traces', traceMessage('tr-x', { trace_location: {} }), 400],
    ['POST', 'traces', { experiment_id: '99', timestamp_ms: 1 }, 404],
    ['POST', 'traces/search', {}, 400],
    ['POST', 'traces/search', { locations: [], filter: 'bad = 1' }, 400],
    ['POST', 'traces/search', { locations: [], filter: "span.none = 'x'" }, 400],
    ['POST', 'traces/search', { locations: [], order_by: ['status', 'status'] }, 400],
    ['POST', 'traces/search', { locations: [], max_results: 501 }, 400],
    ['POST', 'traces/delete-traces', { experiment_id: '0' }, 400],
    ['POST', 'traces/delete-traces', { experiment_id: '0', max_timestamp_millis: 1, max_traces: 0 }, 400],
    ['POST', 'traces/link-to-run', { run_id: 'x', trace_ids: Array.from({ length: 101 }, String) }, 400],
    ['POST', 'traces/tr-none/assessments', { assessment: { feedback: { value: 1 } } }, 404],
    ['POST', 'traces/tr-none/assessments', { assessment: { assessment_name: 'x' } }, 400],
  ] as const)('answers %s %s with %o as a mistake of the caller', async (method, path, message, status) => {
    expect((await mlflow(application, method, path, message)).status).toBe(status);
  });

  it('takes its own artifacts along when it is deleted, and nobody else’s', async () => {
    const url = (traceId: string) => `/api/2.0/mlflow-artifacts/artifacts/0/traces/${traceId}/artifacts/traces.json`;
    const headers = { host: 'localhost', 'content-type': 'application/json' };
    for (const traceId of ['tr-gone', 'tr-stays']) {
      await post(application, 'traces', traceMessage(traceId));
      await application.http.inject({ method: 'PUT', url: url(traceId), headers, payload: '{"spans":[]}' });
    }
    const key = 'mlflow.artifactLocation';
    const value = 'mlflow-artifacts:/0/traces/tr-stays/artifacts';
    await mlflow(application, 'PATCH', 'traces/tr-gone/tags', { key, value });
    await post(application, 'traces/delete-traces', { experiment_id: '0', request_ids: ['tr-gone'] });
    const status = async (traceId: string) =>
      (await application.http.inject({ url: url(traceId), headers })).statusCode;
    expect([await status('tr-gone'), await status('tr-stays')]).toEqual([404, 200]);
  });

  it('does not let a client say where its spans are', async () => {
    const traceId = 'tr-mine';
    await post(
      application,
      'traces',
      traceMessage(traceId, { tags: { 'mlflow.trace.spansLocation': 'ARCHIVE_REPO' } }),
    );
    const { body } = await mlflow(application, 'GET', `traces/${traceId}`);
    expect(valueAt(body, 'trace', 'trace_info', 'tags')).toEqual({
      'mlflow.artifactLocation': 'mlflow-artifacts:/0/traces/tr-mine/artifacts',
    });
    const tag = { key: 'mlflow.trace.spansLocation', value: 'x' };
    expect((await mlflow(application, 'PATCH', `traces/${traceId}/tags`, tag)).status).toBe(400);
  });
});
