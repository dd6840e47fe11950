import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createApplication } from '../../src/main.ts';
import { loadConfig } from '../../src/platform/config/index.ts';
import { processEnvironment } from '../../src/platform/environment/index.ts';
import { listenOn } from '../../src/platform/http/index.ts';
import { isDeep } from '../../src/testing/deep.ts';
import { findMlflowPython, mlflowClients } from '../support/mlflow-server.ts';
import { findPostgres, runDatabases } from '../support/postgres.ts';

const script = join(import.meta.dirname, 'mlflow_versions.py');
const environment = processEnvironment();
const newest = findMlflowPython();
const postgres = findPostgres();

/** With PostgreSQL the newest client is tried by `mlflow-client.test.ts` each time, and the steps of this file in the deep run. */
const engines = isDeep ? ['SQLite', 'PostgreSQL'] : ['SQLite'];
const pairs = engines.flatMap((engine) =>
  mlflowClients().map((client) => ({
    ...client,
    engine,
    there: newest !== null && existsSync(client.python) && (engine === 'SQLite' || postgres !== null),
  })),
);

const STEPS = ['log', 'search', 'models', 'inputs_outputs', 'autolog_sklearn', 'autolog_xgboost', 'system_metrics'];
const PREDICTIONS = [0.19195113087476778, 0.382460828623408, 0.6175469505985798, 0.8080539778236905];
/** Importing its frameworks takes Python a minute and more on a busy machine, and one process does many steps. */
const LIMIT_MS = 600_000;
const Steps = z.record(z.string(), z.record(z.string(), z.unknown()));

/** Address of a server on a fresh store of this engine; disposing the stack ends it. */
async function start(engine: string, stack: AsyncDisposableStack): Promise<string> {
  const data = mkdtempSync(join(tmpdir(), 'steelyard-'));
  const database = engine === 'SQLite' ? 'sqlite' : await (await runDatabases()).newDatabase();
  const { config } = loadConfig({ environment: {}, flags: { data, database, logLevel: 'silent', port: 0 } });
  const application = stack.use(await createApplication(config));
  return listenOn(application.http, config);
}

/** Runs steps of the script in one process and returns the output of each. */
async function run(python: string, address: string, steps: readonly string[], request: object = {}) {
  const { stdout } = await promisify(execFile)(python, [script, steps.join(','), JSON.stringify(request)], {
    env: {
      ...environment,
      MLFLOW_TRACKING_URI: address,
      MLFLOW_DISABLE_TELEMETRY: 'true',
      MLFLOW_HTTP_REQUEST_MAX_RETRIES: '0',
      PYTHONDONTWRITEBYTECODE: '1',
      // XGBoost and TensorFlow are in the newest client's environment alone.
      STEELYARD_TEST_FRAMEWORKS: await packagesOf(newest ?? python),
    },
    maxBuffer: 16 * 1024 * 1024,
    timeout: LIMIT_MS,
  });
  return Steps.parse(JSON.parse(stdout.trim().split('\n').at(-1) ?? ''));
}

async function packagesOf(python: string): Promise<string> {
  const question = 'import sysconfig; print(sysconfig.get_paths()["purelib"])';
  return (await promisify(execFile)(python, ['-c', question])).stdout.trim();
}

describe.each(pairs)('the MLflow client $client with $engine', ({ client, python, engine, there }) => {
  if (!there) {
    it.skip(`needs Python's mlflow ${client}, the newest one for its frameworks, and ${engine}`);
    return;
  }
  const stack = new AsyncDisposableStack();
  let address: string;
  let did: z.infer<typeof Steps>;
  beforeAll(async () => {
    address = await start(engine, stack);
    did = await run(python, address, STEPS);
  }, LIMIT_MS);
  afterAll(() => stack.disposeAsync());

  it('logs by every log_* and reads it back, nested, resumed, deleted and restored', () => {
    expect(did.log).toEqual({
      params: { p: '1', q: 'x', r: 'None' },
      metrics: { i: '2.0', m: '0.25', n: 'nan' },
      history: [0.5, 0.25],
      tags: { a: '1', b: '2', c: '3', d: null, 'mlflow.note.content': 'everything' },
      status: 'FINISHED',
      child: true,
      files: ['dict.json', 'figure.png', 'image.png', 'images', 'notes', 'one.txt', 'table.json', 'tree'],
      images: true,
      tree: ['one.txt', 'sub'],
      text: 'täxt',
      dict: { k: [1] },
      table: [1, 2, 3],
      inputs: ['array', 'frame'],
      gone: 1,
      missing: 'RESOURCE_DOES_NOT_EXIST',
      changed: 'INVALID_PARAMETER_VALUE',
    });
  });

  it('searches with every form of the grammar, in order and in pages', () => {
    expect(did.search).toEqual({
      found: {
        'metrics.loss > 1': [2, 3],
        'metrics.`val loss` <= 2': [0, 1, 2],
        'metrics.loss != 1': [0, 2, 3],
        "params.kind = 'even'": [0, 2],
        "params.kind != 'even'": [1, 3],
        "params.kind LIKE 'ev%'": [0, 2],
        "params.kind ILIKE 'EV%'": [0, 2],
        "tags.team = 'a'": [0, 2],
        "tags.`team` LIKE '_'": [0, 1, 2, 3],
        "attributes.status = 'FINISHED'": [0, 1, 2, 3],
        "attributes.run_name IN ('run 1')": 'INVALID_PARAMETER_VALUE',
        "run_name = 'run 1'": [1],
        'attributes.start_time > 0': [0, 1, 2, 3],
        "dataset.name = 'frame'": [0],
        "datasets.context IN ('training')": [0],
        "metrics.loss >= 1 AND params.kind = 'even' AND tags.team ILIKE 'A'": [2],
        'metrics.loss > 0 OR metrics.loss < 0': 'INVALID_PARAMETER_VALUE',
        'metrics.loss >': 'INVALID_PARAMETER_VALUE',
      },
      pages: [[3, 2, 1], [0]],
      frame: [2, 0, 3, 1],
      experiments: 1,
    });
  });

  it('logs a model, registers it, tags, names and moves its versions', () => {
    const name = String(did.models?.name);
    expect(did.models).toMatchObject({
      versions: ['1', '2'],
      aliases: { champion: '1' },
      byAlias: '1',
      stages: ['Archived', 'Production'],
      byTag: ['1'],
      byName: [`${name}-live`, name],
      latest: '2',
      description: 'the first',
      ...(client === '2.22' ? {} : { status: 'READY', outputs: true, found: true }),
    });
  });

  it('logs several datasets at once, and the models that a run took and made', () => {
    expect(did.inputs_outputs).toEqual({
      datasets: [
        [
          'few',
          [
            ['mlflow.data.context', 'testing'],
            ['t', '1'],
          ],
        ],
        ['many', [['mlflow.data.context', 'training']]],
      ],
      ...(client === '2.22' ? {} : { in: true, out: true }),
    });
  });

  it(
    'loads it in a new process, by alias, version and copy, with equal predictions',
    async () => {
      const name = String(did.models?.name);
      const uris = [`models:/${name}@champion`, `models:/${name}/2`, `models:/${name}-live/1`];
      const { load } = await run(python, address, ['load'], { uris });
      const equal = [PREDICTIONS.map((probability) => expect.closeTo(probability, 12)), [0, 0, 1, 1]];
      expect(did.models?.predictions).toEqual(equal[0]);
      expect(load).toEqual(Object.fromEntries(uris.map((uri) => [uri, equal])));
    },
    LIMIT_MS,
  );

  it('autologs scikit-learn and XGBoost, and system metrics', () => {
    expect(did.autolog_sklearn).toEqual({ params: '3', metrics: true, status: 'FINISHED', loaded: 20 });
    expect(did.autolog_xgboost).toEqual({ params: '2', rounds: 5, same: true });
    expect(did.system_metrics).toEqual({ found: true });
  });

  it(
    'autologs Keras, TensorFlow beneath it',
    async () => {
      const { autolog_keras: keras } = await run(python, address, ['autolog_keras']);
      expect(keras).toEqual({ params: '3', epochs: 3, same: true });
    },
    LIMIT_MS,
  );
});
