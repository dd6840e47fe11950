import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { linearGraph } from '../../src/mlops/serving/graphs.testing.ts';
import { rollBackEndpoint } from '../../src/mlops/serving/schema.ts';
import { appliedEndpoint, registeredFiles, settled } from '../../src/mlops/testing/serving.ts';
import { call, testApplication } from '../../src/testing/application.ts';
import { startLoad } from './load.ts';

const server = join(import.meta.dirname, '../../src/mlops/serving/model-server.testing.ts');
const LIMIT_MS = 600_000;

describe('under load from another process', () => {
  const onnx = (version: string) => ({
    variants: { main: { model: 'm', version, backend: 'onnx' } },
    keepPrevious: '0s',
  });
  const byProcess = (version: string) => ({
    variants: {
      main: {
        model: 'm',
        version,
        backend: 'process',
        process: { protocol: 'mlflow', command: [process.execPath, server, '{port}', 'mlflow'] },
      },
    },
    keepPrevious: '0s',
  });

  it(
    'rollouts, a failed one among them, and rollbacks drop no request',
    async () => {
      await using application = await testApplication();
      const url = await application.http.listen({ host: '127.0.0.1', port: 0 });
      for (const weights of [
        [1, 1],
        [2, 2],
      ])
        await registeredFiles(application, 'm', { 'model.onnx': linearGraph(weights) });
      await registeredFiles(application, 'm', { 'model.onnx': 'no graph' });
      await appliedEndpoint(application, 'loaded', onnx('1'));
      using load = startLoad(`${url}/serve/loaded`);
      await load.begun;
      await appliedEndpoint(application, 'loaded', onnx('2'));
      expect((await appliedEndpoint(application, 'loaded', onnx('3'))).state).toBe('failed');
      for (const _ of [1, 2]) {
        await call(application, rollBackEndpoint, { params: { endpoint: 'loaded' }, body: {} });
        await settled(application, 'loaded');
        await appliedEndpoint(application, 'loaded', onnx('2'));
      }
      const seen = await load.stop();
      expect(Object.keys(seen).toSorted()).toEqual(['200 {"predictions":[[2]]}', '200 {"predictions":[[4]]}']);
      expect(Math.min(...Object.values(seen))).toBeGreaterThan(10);
    },
    LIMIT_MS,
  );

  it(
    'replicas that are processes of others are drained before they are ended',
    async () => {
      await using application = await testApplication();
      const url = await application.http.listen({ host: '127.0.0.1', port: 0 });
      for (const name of ['1', '2']) await registeredFiles(application, 'm', { [name]: name });
      await appliedEndpoint(application, 'loaded', byProcess('1'));
      using load = startLoad(`${url}/serve/loaded`);
      await load.begun;
      for (const version of ['2', '1', '2']) await appliedEndpoint(application, 'loaded', byProcess(version));
      const seen = await load.stop();
      // It has no third column.
      expect(Object.keys(seen)).toEqual(['200 {"predictions":[3]}']);
    },
    LIMIT_MS,
  );
});
