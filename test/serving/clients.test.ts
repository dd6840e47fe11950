import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Application } from '../../src/main.ts';
import { linearGraph } from '../../src/mlops/serving/graphs.testing.ts';
import { appliedEndpoint, registeredFiles } from '../../src/mlops/testing/serving.ts';
import { processEnvironment } from '../../src/platform/environment/index.ts';
import { testApplication } from '../../src/testing/application.ts';
import { findMlflowPython } from '../support/mlflow-server.ts';

const mlflowPython = findMlflowPython();
const tritonPython =
  processEnvironment().TEST_TRITON_PYTHON ?? join(import.meta.dirname, '../../.cache/triton/bin/python');
/** Results of the models for the rows of the scripts: 1.5·a - 2.25·b + 0.5·c. */
const SCORES = [-1.5, 5, 0];
/** Frameworks take Python a minute and more to import on a busy machine. */
const LIMIT_MS = 600_000;

let url = '';

async function run(
  python: string,
  script: string,
  words: readonly string[],
): Promise<Record<string, Record<string, unknown>>> {
  const env = { ...processEnvironment(), MLFLOW_TRACKING_URI: url, MLFLOW_DISABLE_TELEMETRY: 'true' };
  const { stdout } = await promisify(execFile)(python, [join(import.meta.dirname, script), ...words], { env });
  return JSON.parse(/^RESULT (.*)$/m.exec(stdout)?.[1] ?? '');
}

/** `mlflow models serve`, as PyPI has it. */
const byMlflow = (model: string, python: string) => ({
  variants: {
    main: {
      model,
      version: '1',
      backend: 'process',
      process: {
        protocol: 'mlflow',
        command: [
          python,
          '-m',
          'mlflow',
          'models',
          'serve',
          '-m',
          '{model}',
          '-p',
          '{port}',
          '-h',
          '127.0.0.1',
          '--env-manager',
          'local',
        ],
      },
      env: {
        TF_CPP_MIN_LOG_LEVEL: '3',
        MLFLOW_DISABLE_TELEMETRY: 'true',
        VIRTUAL_ENV: join(python, '../..'),
        PATH: `${join(python, '..')}:${processEnvironment().PATH}`,
      },
    },
  },
  limits: { timeout: '2m' },
  startTimeout: '9m',
});

describe.skipIf(mlflowPython === null || !existsSync(tritonPython))(
  'clients of others (skipped where TEST_MLFLOW_PYTHON or TEST_TRITON_PYTHON is not there)',
  () => {
    let application: Application;
    beforeAll(async () => {
      application = await testApplication();
      url = await application.http.listen({ host: '127.0.0.1', port: 0 });
      await run(mlflowPython ?? '', 'log_models.py', []);
      const version = await registeredFiles(application, 'onnx', { 'model.onnx': linearGraph([1.5, -2.25, 0.5]) });
      const states = await Promise.all([
        appliedEndpoint(application, 'onnx', { variants: { main: { model: 'onnx', version, backend: 'onnx' } } }),
        appliedEndpoint(application, 'sk', byMlflow('sk', mlflowPython ?? '')),
        appliedEndpoint(application, 'net', byMlflow('net', mlflowPython ?? '')),
      ]);
      expect(states.map(({ newest }) => [newest.state, newest.reason])).toEqual(Array(3).fill(['live', null]));
    }, LIMIT_MS);
    afterAll(() => application[Symbol.asyncDispose]());

    it(
      'tritonclient and plain requests get the same numbers of an ONNX, a scikit-learn and a Keras version',
      async () => {
        const found = await run(tritonPython, 'triton_client.py', [
          url,
          'onnx:onnx:x:FP32',
          'sk:sk:x:FP64',
          'net:net:x:FP32',
        ]);
        const same = { binary: SCORES, json: SCORES, rest: SCORES, live: true, ready: true, state: 'AVAILABLE' };
        const refused = expect.stringContaining('must have the shape [?, 3], not [1, 2].');
        expect(found).toEqual({ onnx: { ...same, refused }, sk: { ...same, refused }, net: { ...same, refused } });
      },
      LIMIT_MS,
    );

    it(
      'MLflow’s own scoring client gets them too',
      async () => {
        const found = await run(mlflowPython ?? '', 'mlflow_client.py', [url, 'onnx', 'sk', 'net']);
        expect(found).toEqual({
          onnx: { array: SCORES, frame: SCORES },
          sk: { array: SCORES, frame: null },
          net: { array: SCORES, frame: null },
        });
      },
      LIMIT_MS,
    );
  },
);
