import { describe, expect, it } from 'vitest';
import { LogSpec } from '../../endpoint-spec/log/schema.ts';
import { codecs, type WireProtocol } from '../../inference/protocols/target.ts';
import type { ModelSpec } from '../../inference/tensors/tensor.ts';
import { buildRows, type Exchange } from './rows.ts';

const UNKNOWN: ModelSpec = { layout: 'tensors', inputs: null, outputs: null };
const AT = Date.parse('2026-11-26T10:00:00Z');

function message(body: unknown, type = 'application/json') {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return { headers: { 'content-type': type }, body: Buffer.from(text) };
}

function exchange(spoken: WireProtocol, request: unknown, answer: unknown, more: Partial<Exchange> = {}): Exchange {
  const type = typeof answer === 'string' ? 'text/event-stream' : 'application/json';
  const csv = typeof request === 'string' ? 'text/csv' : 'application/json';
  return {
    id: 'p',
    endpoint: 'e',
    environment: null,
    project: null,
    variant: 'main',
    model: 'm',
    version: '1',
    caller: 'ada',
    log: LogSpec.parse(undefined),
    spoken,
    spec: UNKNOWN,
    headers: {},
    answeredAt: AT,
    latencyMs: 3,
    content: { request: message(request, csv), answer: message(answer, type) },
    streamed: null,
    onStored: null,
    shadowOf: null,
    sizeBytes: 0,
    ...more,
  };
}

const buildLoggedRows = (one: Exchange) =>
  buildRows(one, codecs).rows.map(({ prediction, inputs, output }) => [prediction, inputs, output]);

describe('rows of what was asked and answered', () => {
  it.each<[string, WireProtocol, unknown, unknown, unknown[]]>([
    [
      'a data frame, by its columns',
      'mlflow',
      {
        dataframe_split: {
          columns: ['age', 'city'],
          data: [
            [1, 'a'],
            [2, null],
          ],
        },
      },
      { predictions: ['yes', 'no'] },
      [
        ['p-0', { age: 1, city: 'a' }, 'yes'],
        ['p-1', { age: 2, city: null }, 'no'],
      ],
    ],
    ['records', 'mlflow', { dataframe_records: [{ age: 1 }] }, { predictions: [0.5] }, [['p', { age: 1 }, 0.5]]],
    [
      'CSV',
      'mlflow',
      'age\n1\n2\n',
      { predictions: [1, 2] },
      [
        ['p-0', { age: 1 }, 1],
        ['p-1', { age: 2 }, 2],
      ],
    ],
    [
      'several outputs, by name',
      'v1',
      { instances: [{ a: 1, b: [1, 2] }] },
      { predictions: [{ score: 0.5, label: 'x' }] },
      [['p', { a: 1, b: [1, 2] }, { score: 0.5, label: 'x' }]],
    ],
    [
      'tensors of v2',
      'v2',
      { inputs: [{ name: 'x', datatype: 'INT64', shape: [2, 2], data: [1, 2, 3, 4] }] },
      { outputs: [{ name: 'y', datatype: 'BOOL', shape: [2, 1], data: [true, false] }] },
      [
        ['p-0', { x: [1, 2] }, [true]],
        ['p-1', { x: [3, 4] }, [false]],
      ],
    ],
    [
      'as many outputs as the model likes, in one row',
      'mlflow',
      { inputs: [1, 2, 3] },
      { predictions: [1, 2] },
      [['p', { input: [1, 2, 3] }, [1, 2]]],
    ],
    [
      'a conversation, as it came',
      'mlflow',
      { messages: [{ role: 'user', content: 'hi' }] },
      { choices: [{ text: 'ho' }], usage: { prompt_tokens: 7, completion_tokens: 2 } },
      [
        [
          'p',
          { messages: [{ role: 'user', content: 'hi' }] },
          { choices: [{ text: 'ho' }], usage: { prompt_tokens: 7, completion_tokens: 2 } },
        ],
      ],
    ],
    [
      'a stream of text, as it came',
      'mlflow',
      { messages: [] },
      'data: a\n\n',
      [['p', { messages: [] }, 'data: a\n\n']],
    ],
  ])('%s', (_what, spoken, request, answer, expected) => {
    const rows = buildLoggedRows(exchange(spoken, request, answer));
    expect(rows).toEqual(expected);
  });

  it('names what came without a name as the model does', () => {
    const tensor = (name: string) => ({ name, datatype: 'FP64', shape: [-1] }) as const;
    const table: ModelSpec = { layout: 'columns', inputs: [tensor('a'), tensor('b')], outputs: null };
    const one = exchange(
      'mlflow',
      {
        inputs: [
          [1, 2],
          [3, 4],
        ],
      },
      { predictions: [1, 2] },
      { spec: table },
    );
    expect(buildLoggedRows(one)).toEqual([
      ['p-0', { a: 1, b: 2 }, 1],
      ['p-1', { a: 3, b: 4 }, 2],
    ]);
  });

  it('has the tokens of a request once', () => {
    const usage = { prompt_tokens: 7, completion_tokens: 2 };
    const { rows } = buildRows(exchange('mlflow', { inputs: [1, 2] }, { predictions: [1, 2], usage }), codecs);
    expect(rows.map(({ inputTokens, outputTokens }) => [inputTokens, outputTokens])).toEqual([
      [7, 2],
      [null, null],
    ]);
  });

  it('says NaN as null', () => {
    expect(
      buildLoggedRows(
        exchange('mlflow', { dataframe_split: { columns: ['a'], data: [[null]] } }, { predictions: [1] }),
      ),
    ).toEqual([['p', { a: null }, 1]]);
  });

  it.each([
    ['too large', null],
    [
      'no text and no JSON',
      { request: message({ inputs: [1] }), answer: message('\u0001', 'application/octet-stream') },
    ],
  ])('keeps one that is %s without its content', (_what, content) => {
    const { rows, isWhole } = buildRows(exchange('mlflow', {}, {}, { content }), codecs);
    expect([isWhole, rows]).toMatchObject([false, [{ prediction: 'p', inputs: {}, output: null, latencyMs: 3 }]]);
  });
});

describe('entity and time', () => {
  const rows = (log: object, headers = {}) => {
    const body = {
      dataframe_records: [
        { user: 7, at: '2026-11-26 09:00:00' },
        { user: 8, at: '2027-01-01T00:00:00Z' },
      ],
    };
    const spec = { log: LogSpec.parse(log), headers };
    return buildRows(exchange('mlflow', body, { predictions: [1, 2] }, spec), codecs).rows.map((row) => [
      row.entity,
      row.predictedAt,
    ]);
  };

  it('are read from inputs; an instant far ahead is a mistake', () => {
    expect(rows({ entity: { input: 'user' }, time: { input: 'at' } })).toEqual([
      ['7', '2026-11-26T09:00:00.000Z'],
      ['8', '2026-11-26T10:00:00.000Z'],
    ]);
  });

  it('are read from headers', () => {
    const log = { entity: { header: 'X-User' }, time: { header: 'x-time' } };
    const [first] = rows(log, { 'x-user': 'u', 'x-time': '2026-11-26T11:00:00+02:00' });
    expect(first).toEqual(['u', '2026-11-26T09:00:00.000Z']);
  });

  it('are unknown and now where nobody says them', () => {
    expect(rows({ entity: { input: 'nobody' }, time: { input: 'user' } })[0]).toEqual([
      null,
      '2026-11-26T10:00:00.000Z',
    ]);
  });
});
