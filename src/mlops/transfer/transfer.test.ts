import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { call, catchProblem, testApplication } from '../../testing/application.ts';
import { sharedApplication } from '../../testing/shared.ts';
import { mlflow, newRun, post, textAt, valueAt } from '../wire/testing.ts';
import {
  type ImportedModel,
  type ImportedModelVersion,
  type ImportedRun,
  importExperiment,
  importMetrics,
  importModel,
  importRun,
  listImported,
  recordImported,
} from './schema.ts';

type Application = Awaited<ReturnType<typeof testApplication>>;

const SOURCE = 'https://there.example';
const RUN = '0123456789abcdef0123456789abcdef';

function experiment(application: Application, experimentId: string, name: string) {
  const times = { creationTime: 1000, lastUpdateTime: 2000 };
  const body = { source: SOURCE, experimentId, name, lifecycleStage: 'active' as const, ...times, tags: [] };
  return call(application, importExperiment, { body });
}

function run(change: Partial<ImportedRun> = {}): ImportedRun {
  return {
    source: SOURCE,
    runId: RUN,
    experimentId: '7',
    runName: 'first',
    userId: 'ada',
    status: 'FINISHED',
    startTime: 5,
    endTime: 9,
    lifecycleStage: 'active',
    params: [{ key: 'lr', value: '0.1' }],
    tags: [{ key: 'k', value: 'v' }],
    datasets: [],
    modelInputs: [],
    modelOutputs: [],
    ...change,
  };
}

/** Its experiment 7 is an imported one. */
const application = await sharedApplication();
await experiment(application, '7', 'churn');

const sample = { modelId: null, datasetName: null, datasetDigest: null };

async function runThere(): Promise<unknown> {
  return (await mlflow(application, 'GET', 'runs/get', { run_id: RUN })).body.run;
}

describe('an experiment from another server', () => {
  it('keeps its id where that is free, is found again by where it came from, and is merged by name', async () => {
    await using application = await testApplication();
    const { experiment_id: here } = await post(application, 'experiments/create', { name: 'mine' });
    expect(await experiment(application, '7', 'churn')).toEqual({ experimentId: '7', outcome: 'created' });
    expect(await experiment(application, '7', 'renamed')).toEqual({ experimentId: '7', outcome: 'known' });
    expect(await experiment(application, String(here), 'theirs')).toEqual({ experimentId: '8', outcome: 'renumbered' });
    expect(await experiment(application, '9', 'mine')).toEqual({ experimentId: here, outcome: 'merged' });
    expect(await experiment(application, '987654321098765432', 'large')).toMatchObject({ outcome: 'renumbered' });
    const answer = await mlflow(application, 'GET', 'experiments/get', { experiment_id: '7' });
    expect(valueAt(answer.body, 'experiment')).toMatchObject({
      name: 'renamed',
      artifact_location: 'mlflow-artifacts:/7',
      creation_time: 1000,
      tags: [{ key: 'steelyard.importedFrom', value: `${SOURCE}#7` }],
    });
  });
});

describe('a run from another server', () => {
  it('has its id, times, values and samples, is renewed as a whole, and keeps what says whose cost it is', async () => {
    expect(await call(application, importRun, { body: run() })).toEqual({ created: true });
    const metrics = [
      { ...sample, key: 'loss', value: 0.5, timestamp: 1, step: 1 },
      { ...sample, key: 'loss', value: 'NaN' as const, timestamp: 2, step: 2 },
    ];
    for (const _ of [1, 2]) await call(application, importMetrics, { params: { runId: RUN }, body: { metrics } });
    await post(application, 'runs/set-tag', { run_id: RUN, key: 'steelyard.team', value: 'search' });
    const renewed = run({ params: [], tags: [], lifecycleStage: 'deleted', runName: 'second' });
    expect(await call(application, importRun, { body: renewed })).toEqual({ created: false });
    await call(application, importMetrics, { params: { runId: RUN }, body: { metrics } });
    expect(await runThere()).toMatchObject({
      info: { run_name: 'second', user_id: 'ada', start_time: 5, end_time: 9, lifecycle_stage: 'deleted' },
      data: { metrics: [{ key: 'loss', value: 'NaN', step: 2 }], tags: [{ key: 'steelyard.team', value: 'search' }] },
    });
    const history = await mlflow(application, 'GET', 'metrics/get-history', { run_id: RUN, metric_key: 'loss' });
    expect(valueAt(history.body, 'metrics')).toHaveLength(2);
  });

  it('is whole only when that was said, and new again when it is sent again', async () => {
    const runId = '1'.repeat(32);
    const known = () => call(application, listImported, { body: { source: SOURCE, kind: 'run', ids: [runId] } });
    const done = { source: SOURCE, kind: 'run', id: runId, fingerprint: 'f' } as const;
    expect(await catchProblem(call(application, recordImported, { body: done }))).toMatchObject({
      code: 'import_not_begun',
    });
    await call(application, importRun, { body: run({ runId }) });
    expect(await known()).toEqual({ known: {} });
    await call(application, recordImported, { body: done });
    expect(await known()).toEqual({ known: { [runId]: 'f' } });
    await call(application, importRun, { body: run({ runId }) });
    expect(await known()).toEqual({ known: {} });
  });

  it('never takes the place of one that was made here', async () => {
    const made = await newRun(application);
    const body = run({ runId: made, experimentId: '0' });
    expect(await catchProblem(call(application, importRun, { body }))).toMatchObject({ code: 'import_conflict' });
    const metrics = { params: { runId: made }, body: { metrics: [] } };
    expect(await catchProblem(call(application, importMetrics, metrics))).toMatchObject({ code: 'import_not_begun' });
  });

  it('takes files under its own root only', async () => {
    const runId = '2'.repeat(32);
    await call(application, importRun, { body: run({ runId }) });
    const put = async (path: string, id = runId) =>
      application.http.inject({
        method: 'PUT',
        url: `/api/v1/mlflow-imports/artifacts?${new URLSearchParams({ kind: 'run', id, path })}`,
        headers: { host: 'localhost', 'content-type': 'application/octet-stream' },
        payload: Readable.from([Buffer.from('hello')]),
      });
    expect((await put('notes/a b.txt')).json()).toEqual({ sizeBytes: 5 });
    for (const path of ['../x', 'a/../../x', '/etc/x', '%2e%2e/x', 'a\\..\\x']) {
      expect([path, (await put(path)).statusCode]).toEqual([path, 400]);
    }
    expect((await put('a', 'f'.repeat(32))).json()).toMatchObject({ code: 'import_not_begun' });
    const list = await mlflow(application, 'GET', 'artifacts/list', { run_id: runId, path: 'notes' });
    expect(valueAt(list.body, 'files')).toEqual([{ path: 'notes/a b.txt', is_dir: false, file_size: 5 }]);
  });
});

function version(number: number, change: Partial<ImportedModelVersion> = {}): ImportedModelVersion {
  return {
    version: number,
    creationTimestamp: 10,
    lastUpdatedTimestamp: 20,
    description: null,
    stage: 'None',
    source: 's3://bucket/model',
    under: { of: 'elsewhere' },
    runId: null,
    modelId: null,
    runLink: null,
    tags: [],
    ...change,
  };
}

function model(change: Partial<ImportedModel> = {}): ImportedModel {
  const times = { creationTimestamp: 1, lastUpdatedTimestamp: 2 };
  const aliases = [{ alias: 'champion', version: 4 }];
  return { source: SOURCE, name: 'ranker', description: 'd', ...times, tags: [], aliases, versions: [], ...change };
}

describe('a registered model from another server', () => {
  it('keeps its version numbers, which are never given again here', async () => {
    const runId = '3'.repeat(32);
    await call(application, importRun, { body: run({ runId }) });
    const inRun = version(4, { under: { of: 'run', path: 'model' }, runId, stage: 'Production' });
    const body = model({ versions: [version(2), inRun] });
    expect(await call(application, importModel, { body })).toEqual({ created: 2, left: [] });
    expect(await call(application, importModel, { body })).toEqual({ created: 0, left: [] });
    const champion = await mlflow(application, 'GET', 'registered-models/alias', { name: 'ranker', alias: 'champion' });
    expect(valueAt(champion.body, 'model_version')).toMatchObject({
      version: '4',
      current_stage: 'Production',
      creation_timestamp: 10,
      source: `mlflow-artifacts:/7/${runId}/artifacts/model`,
    });
    const next = await post(application, 'model-versions/create', { name: 'ranker', source: 's3://bucket/next' });
    expect(textAt(next.model_version, 'version')).toBe('5');
    await call(application, importModel, { body });
    expect(
      valueAt((await mlflow(application, 'GET', 'model-versions/get', { name: 'ranker', version: '5' })).body),
    ).toMatchObject({
      model_version: { version: '5' },
    });
  });

  it('leaves out a version whose source could be anybody’s disk, and one whose run is not here', async () => {
    const versions = [
      version(1, { source: '/etc/passwd' }),
      version(2, { source: 's3://bucket/../x' }),
      version(3, { under: { of: 'run', path: '../../x' }, runId: '4'.repeat(32) }),
      version(4, { under: { of: 'logged-model' }, modelId: 'm-1' }),
    ];
    const { created, left } = await call(application, importModel, { body: model({ name: 'left-out', versions }) });
    expect([created, left.map((one) => one.version)]).toEqual([0, [1, 2, 3, 4]]);
  });

  it('never takes the place of one that was made here', async () => {
    await post(application, 'registered-models/create', { name: 'own' });
    expect(await catchProblem(call(application, importModel, { body: model({ name: 'own' }) }))).toMatchObject({
      code: 'import_conflict',
    });
  });
});
