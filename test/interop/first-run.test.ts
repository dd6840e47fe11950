import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Application, createApplication } from '../../src/main.ts';
import { listRuns } from '../../src/mlops/runs/schema.ts';
import { loadConfig } from '../../src/platform/config/index.ts';
import { processEnvironment } from '../../src/platform/environment/index.ts';
import { listenOn } from '../../src/platform/http/index.ts';
import { call } from '../../src/testing/application.ts';
import { getFirstUse } from '../../src/tradeoff/first-use/schema.ts';
import { METERED_COMMAND, MLFLOW_EXAMPLE } from '../../web/src/first-use/mlflow-example.ts';

const root = join(import.meta.dirname, '../..');
const python = processEnvironment().TEST_MLFLOW_PYTHON ?? join(root, '.cache', 'mlflow', 'bin', 'python');
const folder = mkdtempSync(join(tmpdir(), 'first-run-'));
const script = join(folder, 'train.py');
/** Python takes a minute to import MLflow on a busy machine. */
const LIMIT_MS = 170_000;

describe.skipIf(!existsSync(python))(
  'the MLflow step of the checklist (skipped where TEST_MLFLOW_PYTHON is not there)',
  () => {
    let application: Application;
    let url: string;
    beforeAll(async () => {
      writeFileSync(script, MLFLOW_EXAMPLE);
      const { config } = loadConfig({
        environment: {},
        flags: { data: join(folder, 'data'), logLevel: 'silent', port: 0 },
      });
      application = await createApplication(config);
      url = await listenOn(application.http, config);
    });
    afterAll(() => application?.[Symbol.asyncDispose]());

    const execute = (program: string, words: readonly string[]) =>
      promisify(execFile)(program, words, {
        env: {
          ...processEnvironment(),
          MLFLOW_TRACKING_URI: url,
          MLFLOW_DISABLE_TELEMETRY: 'true',
          STEELYARD_URL: url,
        },
        timeout: LIMIT_MS,
      });
    const runs = async () => (await call(application, listRuns, { query: {} })).runs;
    const step = async () => (await call(application, getFirstUse, {})).steps.mlflow;

    it('its example logs a run, which ticks the step', async () => {
      expect(await step()).toEqual({ done: false, blocked: null });
      await execute(python, [script]);
      expect(await runs()).toMatchObject([{ status: 'FINISHED', cost: { total: { cost: null } } }]);
      expect(await step()).toEqual({ done: true, blocked: null });
    });

    it('its command logs the same run with its metered cost', async () => {
      const words = METERED_COMMAND.split(' ').slice(1);
      const replaced = words.map((word) => ({ python, 'train.py': script })[word] ?? word);
      await execute(process.execPath, [join(root, 'cli/main.ts'), ...replaced]);
      const [newest, ...older] = await runs();
      expect(older).toHaveLength(1);
      expect(newest).toMatchObject({
        status: 'FINISHED',
        cost: { total: { cost: { currency: 'USD' }, basis: 'metered' } },
      });
      expect(Number(newest?.cost.total.cost?.amount)).toBeGreaterThan(0);
    });
  },
);
