import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { listUsage } from '../../src/finops/metering/schema.ts';
import { type Application, createApplication } from '../../src/main.ts';
import { getModelVersion } from '../../src/mlops/registry/schema.ts';
import { getRun } from '../../src/mlops/runs/schema.ts';
import { loadConfig } from '../../src/platform/config/index.ts';
import { processEnvironment } from '../../src/platform/environment/index.ts';
import { listenOn } from '../../src/platform/http/index.ts';
import { call } from '../../src/testing/application.ts';
import { findPostgres, runDatabases } from '../support/postgres.ts';

const root = join(import.meta.dirname, '..', '..');
const script = join(import.meta.dirname, 'mlflow_client.py');
const python = processEnvironment().TEST_MLFLOW_PYTHON ?? join(root, '.cache', 'mlflow', 'bin', 'python');
const available = existsSync(python);
const postgres = findPostgres();
const engines = [
  { engine: 'SQLite', there: available },
  { engine: 'PostgreSQL', there: available && postgres !== null },
];

let application: Application;
let address: string;

/** The application on a fresh store of this engine, listening; disposing the stack ends it. */
async function start(engine: string, stack: AsyncDisposableStack): Promise<void> {
  const data = mkdtempSync(join(tmpdir(), 'steelyard-'));
  const database = engine === 'SQLite' ? 'sqlite' : await (await runDatabases()).newDatabase();
  const { config } = loadConfig({ environment: {}, flags: { data, database, logLevel: 'silent', port: 0 } });
  application = stack.use(await createApplication(config));
  address = await listenOn(application.http, config);
}

const Answers = z.record(z.string(), z.record(z.string(), z.unknown()));
type Answers = z.infer<typeof Answers>;

/** Steps that need nothing of one another; the later ones use the model that was trained here. */
const STEPS = [
  ...['experiments', 'basic_run', 'artifacts', 'inputs', 'search', 'lifecycle', 'errors'],
  ...['train', 'autolog', 'system_metrics'],
];
const LATER = ['load', 'registry', 'logged_models'];
const URIS = ['models:/iris@champion', 'models:/iris/1'];

/** Importing its frameworks takes Python a minute and more on a busy machine, and one process does many steps. */
const LIMIT_MS = 600_000;

/** Runs steps of the script in one new process and returns the result of each. */
async function run(steps: readonly string[], request: object = {}): Promise<Answers> {
  const { stdout } = await promisify(execFile)(python, [script, steps.join(','), JSON.stringify(request)], {
    env: {
      ...processEnvironment(),
      MLFLOW_TRACKING_URI: address,
      MLFLOW_DISABLE_TELEMETRY: 'true',
      // A server error must fail the test immediately, instead of two minutes of retries.
      MLFLOW_HTTP_REQUEST_MAX_RETRIES: '0',
      PYTHONDONTWRITEBYTECODE: '1',
    },
    maxBuffer: 16 * 1024 * 1024,
    timeout: LIMIT_MS,
  });
  return Answers.parse(JSON.parse(stdout.trim().split('\n').at(-1) ?? ''));
}

describe.each(engines)('the unmodified MLflow client of Python with $engine', ({ engine, there }) => {
  if (!there) {
    it.skip(`needs Python's mlflow${available ? ` and ${engine}` : ''}`);
    return;
  }
  const stack = new AsyncDisposableStack();
  let did: Answers;
  beforeAll(async () => {
    await start(engine, stack);
    did = { ...(await run(STEPS)), ...(await run(LATER, { uris: URIS })) };
  }, 2 * LIMIT_MS);
  afterAll(() => stack.disposeAsync());

  it('creates, finds, renames, deletes and restores experiments', async () => {
    expect(did.experiments).toEqual({
      created: '1',
      location: 'mlflow-artifacts:/1',
      tags: { owner: 'ada', stage: 'early' },
      byTag: ['churn'],
      byName: ['fraud'],
      deleted: ['churn 2'],
      restored: 'active',
      pages: true,
    });
  });

  it('logs params, metrics and tags, one by one and in batches, in nested runs', async () => {
    const answer = did.basic_run;
    expect(answer).toMatchObject({
      status: 'FINISHED',
      name: 'first',
      loss: 0.5,
      ndcg: 0.41,
      nan: true,
      inf: true,
      rank: '16',
      note: '',
      longParam: 6000,
      tag: 'überprüft',
      user: true,
      curve: [1000, 0, 999],
      lossHistory: [0.9, 0.5, 0.7],
      parent: true,
      ended: true,
    });
    const run = await call(application, getRun, { params: { runId: String(answer?.runId) } });
    expect(run).toMatchObject({
      experimentName: 'basic',
      subject: { team: 'search' },
      metrics: { loss: 0.5, nan: null },
    });
  });

  it('stores artifacts as streams and gives them back, falling back from multipart uploads', async () => {
    expect(did.artifacts).toMatchObject({
      root: [
        ['all', true, null],
        ['config', true, null],
        ['large.bin', false, 20_000_000],
        ['multipart', true, null],
        ['one', true, null],
        ['page.html', false, 9],
      ],
      all: [
        ['all/a b.txt', false],
        ['all/deep', true],
        ['all/empty', false],
      ],
      file: [],
      umlaut: 'umlaut',
      dict: { k: [1, 2] },
      same: true,
    });
  });

  it('logs datasets once, with the context of their use', async () => {
    expect(did.inputs).toEqual({ name: 'ratings', context: ['training'], schema: 'x', found: 1 });
  });

  it('searches runs by metrics, params, tags and attributes, in order and in pages', async () => {
    expect(did.search).toEqual({
      metric: [9, 8, 7],
      metricRange: [5, 4, 3],
      // Run 10 logged NaN, which is unequal to everything; run 11 logged nothing, which matches nothing.
      notEqual: [0, 1, 2, 3, 4, 6, 7, 8, 9, 10],
      param: [3],
      paramLike: [0, 4, 7, 10],
      quoted: 12,
      tag: [1, 3, 5, 7, 9, 11],
      ilike: [1, 3, 5, 7, 9, 11],
      like: [],
      attribute: [3],
      runName: [11, 10, 1],
      in: 1,
      notIn: 11,
      time: [0],
      isNull: [11, 10],
      newest: [11, 10, 9],
      byMetric: [9, 8, 7, 6, 5, 4, 3, 2, 1, 0, 10, 11],
      byParam: [0, 10, 7],
      byTagThenMetric: [1, 3, 5, 7],
      paged: [
        [0, 1, 2, 3, 4],
        [5, 6, 7, 8, 9],
        [10, 11],
      ],
      frame: [1, 0.2, 'even', '4'],
      bad: Array(5).fill('INVALID_PARAMETER_VALUE'),
    });
  });

  it('deletes and restores runs and experiments, and writes nothing to deleted ones', async () => {
    expect(did.lifecycle).toEqual({
      refused: 'INVALID_PARAMETER_VALUE',
      gone: 0,
      metric: 3,
      status: 'FAILED',
      name: 'renamed',
      back: false,
      withExperiment: 'deleted',
      intoDeleted: 'INVALID_PARAMETER_VALUE',
      setDeleted: 'INVALID_PARAMETER_VALUE',
      restored: 'active',
    });
  });

  it('gets MLflow’s own error codes for wrong calls', async () => {
    expect(did.errors).toEqual({
      missingRun: 'RESOURCE_DOES_NOT_EXIST',
      missingExperiment: 'RESOURCE_DOES_NOT_EXIST',
      badExperimentId: 'INVALID_PARAMETER_VALUE',
      takenExperiment: 'RESOURCE_ALREADY_EXISTS',
      changedParam: 'INVALID_PARAMETER_VALUE',
      sameParam: null,
      badMetricName: 'INVALID_PARAMETER_VALUE',
      missingTag: 'RESOURCE_DOES_NOT_EXIST',
      takenModel: 'RESOURCE_ALREADY_EXISTS',
      missingModel: 'RESOURCE_DOES_NOT_EXIST',
      missingVersion: 'RESOURCE_DOES_NOT_EXIST',
      missingAlias: 'INVALID_PARAMETER_VALUE',
      aliasToNowhere: 'RESOURCE_DOES_NOT_EXIST',
      localSource: 'INVALID_PARAMETER_VALUE',
      climbingSource: 'INVALID_PARAMETER_VALUE',
      badFilter: 'INVALID_PARAMETER_VALUE',
      badToken: 'INVALID_PARAMETER_VALUE',
      tooMany: 'INVALID_PARAMETER_VALUE',
      missingArtifact: true,
    });
  });

  describe('with a scikit-learn model', () => {
    let trained: Record<string, unknown>;
    beforeAll(() => {
      trained = did.train ?? {};
    });

    it('logs it, registers it by its own URI and by its run, and links it to its run', () => {
      expect(trained).toMatchObject({
        version: '1',
        status: 'READY',
        source: `models:/${trained.modelId}`,
        byRun: '3',
        loggedStatus: 'READY',
        loggedParams: { kind: 'linear', max_iter: '200' },
        loggedTag: 'test',
        loggedMetrics: { f1: 0.9 },
        outputs: [trained.modelId],
        registered: [
          { name: 'iris', version: 1 },
          { name: 'iris', version: '1' },
        ],
      });
    });

    it.each(URIS)('loads %s in a new process with equal predictions', (uri) => {
      expect(did.load?.[uri]).toEqual({ sklearn: trained.predictions, pyfunc: trained.predictions });
    });

    it('is a version in our own API, with the metrics of its run', async () => {
      const params = { model: 'iris', version: '1' };
      const version = await call(application, getModelVersion, { params });
      expect(version).toMatchObject({ runId: trained.runId, aliases: ['champion'], tags: { from: 'interop' } });
      expect(version.metrics).toMatchObject({ f1: 0.9 });
      expect(version.params).toMatchObject({ max_iter: '200' });
    });

    it('keeps tags, stages, aliases and copies of versions', async () => {
      const answer = did.registry;
      expect(answer).toMatchObject({
        description: 'flowers by their leaves',
        tags: { domain: 'botany' },
        aliases: { champion: '1', challenger: '2' },
        latest: { Archived: '1', Production: '2', None: '3' },
        newest: ['2'],
        versions: [
          ['1', 'Archived', ['champion']],
          ['2', 'Production', ['challenger']],
          ['3', 'None', []],
        ],
        // The copy took its tags along.
        byTag: ['1', '1'],
        byRun: ['1'],
        models: ['iris-live', 'iris'],
        modelsByTag: ['iris'],
        byAlias: '1',
        copied: ['1', 'models:/iris/1'],
        again: '3',
        renamed: ['3', '1'],
        deleted: 'RESOURCE_DOES_NOT_EXIST',
      });
    });

    it('is found among the logged models by metric, param and name', async () => {
      expect(did.logged_models).toEqual({
        all: ['classifier', 'classifier', 'other'],
        byMetric: ['classifier'],
        byParam: ['classifier'],
        byAttribute: ['other'],
        first: ['classifier'],
      });
    });
  });

  it('autologs a scikit-learn search with its children, datasets and models', async () => {
    expect(did.autolog).toEqual({
      params: '2',
      metric: true,
      children: 2,
      inputs: 1,
      outputs: 2,
      csv: true,
    });
  });

  it('turns system metrics of GPUs into metered usage of the run', async () => {
    const { runId, experimentId } = did.system_metrics ?? {};
    const subject = { run: runId, experiment: experimentId, team: 'search' };
    const period = { start: '2025-10-09T08:53:20.000Z', end: '2025-10-09T08:53:40.000Z' };
    const query = { run: String(runId) };
    // The fact travels to the other wing as an event, so it arrives there a moment later.
    await vi.waitFor(async () => {
      const { intervals } = await call(application, listUsage, { query });
      expect(intervals).toMatchObject([{ subject, resource: 'gpu/a100', quantity: '2', period }]);
    }, 10_000);
  });
});
