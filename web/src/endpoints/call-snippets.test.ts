import { expect, it } from 'vitest';
import { buildCurl } from './call-snippets.ts';

const called = { url: 'http://127.0.0.1:4610/serve/ranker', model: 'ranker', token: false };
const matrix = [{ name: 'x', datatype: 'FP32', shape: [-1, 2] }];
const parseBody = (text: string) => JSON.parse(/-d '(.*)'$/.exec(text)?.[1] ?? '');

it.each([
  ['mlflow', '/invocations', { inputs: [[0.5, 0.5]] }],
  ['v1', '/v1/models/ranker:predict', { inputs: [[0.5, 0.5]] }],
  ['v2', '/v2/models/ranker/infer', { inputs: [{ name: 'x', datatype: 'FP32', shape: [1, 2], data: [0.5, 0.5] }] }],
] as const)('calls by %s with an input of the shape that the model takes', (protocol, path, body) => {
  const text = buildCurl(protocol, { ...called, inputs: matrix });
  expect(text).toContain(`curl ${called.url}${path} \\\n`);
  expect(parseBody(text)).toEqual(body);
});

it('names several inputs, each with a value of its type', () => {
  const inputs = [
    { name: 'user', datatype: 'BYTES', shape: [1] },
    { name: 'age', datatype: 'INT64', shape: [1] },
    { name: 'known', datatype: 'BOOL', shape: [] },
  ];
  expect(parseBody(buildCurl('mlflow', { ...called, inputs }))).toEqual({
    inputs: { user: ['text'], age: [1], known: true },
  });
});

it('sends a token where the server has accounts', () => {
  expect(buildCurl('v1', { ...called, inputs: null, token: true })).toContain(
    '-H "authorization: Bearer $STEELYARD_TOKEN"',
  );
});

it('keeps an example of a large tensor short', () => {
  const image = [{ name: 'image', datatype: 'FP32', shape: [1, 3, 224, 224] }];
  expect(buildCurl('v2', { ...called, inputs: image }).length).toBeLessThan(1000);
});
