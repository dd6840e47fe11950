import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Application } from '../../main.ts';
import { testApplication } from '../../testing/application.ts';
import { appliedEndpoint, registeredFiles, sent } from '../testing/serving.ts';
import { linearGraph } from './graphs.testing.ts';

const ROWS = [
  [1, 2, 3],
  [4, 5, 6],
];
const SCORES = [[14], [32]];

describe('an endpoint with an ONNX version', () => {
  let application: Application;
  beforeAll(async () => {
    application = await testApplication();
    const version = await registeredFiles(application, 'linear', { 'model.onnx': linearGraph([1, 2, 3]) });
    const { state } = await appliedEndpoint(application, 'ranker', {
      variants: { main: { model: 'linear', version, backend: 'onnx' } },
    });
    expect(state).toBe('live');
  });
  afterAll(() => application[Symbol.asyncDispose]());

  const post = (path: string, body: object) => sent(application, 'POST', `/serve/ranker/${path}`, body);

  it('answers MLflow scoring', async () => {
    const answer = await post('invocations', { inputs: ROWS });
    expect([answer.statusCode, answer.json()]).toEqual([200, { predictions: SCORES }]);
  });

  it('answers TensorFlow Serving', async () => {
    const answer = await post('v1/models/linear:predict', { instances: ROWS });
    expect([answer.statusCode, answer.json()]).toEqual([200, { predictions: SCORES }]);
  });

  it('answers the Open Inference Protocol', async () => {
    const x = { name: 'x', shape: [2, 3], datatype: 'FP32', data: ROWS.flat() };
    const answer = await post('v2/models/linear/infer', { id: 'a', inputs: [x] });
    expect([answer.statusCode, answer.json()]).toEqual([
      200,
      {
        model_name: 'linear',
        model_version: '1',
        id: 'a',
        outputs: [{ name: 'score', datatype: 'FP32', shape: [2, 1], data: [14, 32] }],
      },
    ]);
  });
});
