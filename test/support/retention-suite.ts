import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Application, createApplication } from '../../src/main.ts';
import { listDeleted, previewRetention, restoreLoggedModel, runRetention } from '../../src/mlops/retention/schema.ts';
import { mlflow, newRun, post, textAt } from '../../src/mlops/wire/testing.ts';
import { loadConfig } from '../../src/platform/config/index.ts';
import { testClock } from '../../src/platform/jobs/fixtures.testing.ts';
import { postApply } from '../../src/platform/manifests/schema.ts';
import { DAY_MS } from '../../src/platform/units/durations.ts';
import { call, catchProblem } from '../../src/testing/application.ts';

const until = (days: number) => new Date(clock.now() - days * DAY_MS).toISOString();
let clock: ReturnType<typeof testClock>;

/** Deletion, undo and removal, on any store. `newDatabase` is called once for each test. */
export function retentionSuite(engine: string, newDatabase: () => Promise<string>): void {
  describe(`retention on ${engine}`, () => {
    let application: Application;
    beforeEach(async () => {
      clock = testClock();
      const flags = {
        data: mkdtempSync(join(tmpdir(), 'steelyard-')),
        database: await newDatabase(),
        logLevel: 'silent',
        port: 0,
      };
      application = await createApplication(loadConfig({ environment: {}, flags }).config, { clock });
      await apply(application, 'kind: Retention\nmetadata: { name: all }\nspec: { keepDeletedDays: 30 }');
    });
    afterEach(() => application[Symbol.asyncDispose]());

    undoSuite(() => application);
    removalSuite(() => application);
    holdersSuite(() => application);
  });
}

async function apply(application: Application, text: string) {
  const documents = [{ file: 'retention.yaml', text: `apiVersion: steelyard/v1\n${text}` }];
  return (await call(application, postApply, { body: { documents } })).applied;
}

async function putArtifact(application: Application, path: string, payload: string): Promise<void> {
  const url = `/api/2.0/mlflow-artifacts/artifacts/${path}`;
  const headers = { host: 'localhost', 'content-type': 'application/octet-stream' };
  const answer = await application.http.inject({ method: 'PUT', url, headers, payload });
  expect(answer.statusCode).toBe(200);
}

async function artifact(application: Application, path: string): Promise<number> {
  const url = `/api/2.0/mlflow-artifacts/artifacts/${path}`;
  return (await application.http.inject({ url, headers: { host: 'localhost' } })).statusCode;
}

/** A run with three samples of two metrics and two artifacts of 7 bytes together. */
async function fullRun(application: Application, message: object = {}): Promise<string> {
  const run_id = await newRun(application, { experiment_id: '0', run_name: 'r', ...message });
  const metric = (key: string, step: number) => ({ key, value: 1, timestamp: 1, step });
  const metrics = [metric('loss', 1), metric('loss', 2), metric('ndcg', 1)];
  const params = [{ key: 'p', value: '1' }];
  await post(application, 'runs/log-batch', { run_id, metrics, params, tags: [] });
  await putArtifact(application, `0/${run_id}/artifacts/a.txt`, '1234');
  await putArtifact(application, `0/${run_id}/artifacts/deep/b.txt`, '567');
  return run_id;
}

const removeRun = (application: Application, run_id: string) => post(application, 'runs/delete', { run_id });
const preview = (application: Application, policy = 'all') =>
  call(application, previewRetention, { params: { policy } });
const run = (application: Application, body: { until: string; limit?: number }, policy = 'all') =>
  call(application, runRetention, { params: { policy }, body });

const NOTHING = {
  runs: 0,
  loggedModels: 0,
  samples: 0,
  artifactFiles: 0,
  artifactBytes: 0,
  artifactsElsewhere: 0,
  costs: [],
  runsOfUnknownCost: 0,
};
const ONE_RUN = { ...NOTHING, runs: 1, samples: 3, artifactFiles: 2, artifactBytes: 7, runsOfUnknownCost: 1 };

function undoSuite(the: () => Application): void {
  it('lists what is deleted, since when, how large it is and what it cost', async () => {
    const application = the();
    const first = await fullRun(application);
    await removeRun(application, first);
    clock.forward(1000);
    const second = await newRun(application, { experiment_id: '0', run_name: 'second' });
    await removeRun(application, second);
    const { deleted, nextPageToken } = await call(application, listDeleted, { query: { pageSize: 1 } });
    expect(deleted).toEqual([
      {
        kind: 'run',
        id: first,
        name: 'r',
        experimentId: '0',
        deletedAt: '2026-11-01T00:00:00.000Z',
        samples: 3,
        artifactFiles: 2,
        artifactBytes: 7,
        cost: null,
        costReason: expect.any(String),
      },
    ]);
    const query = { pageSize: 1, pageToken: nextPageToken ?? '' };
    const rest = await call(application, listDeleted, { query });
    expect(rest).toMatchObject({ deleted: [{ id: second, artifactBytes: 0 }], nextPageToken: null });
  });

  it('forgets a deletion that is undone, and counts a new one anew', async () => {
    const application = the();
    const run_id = await fullRun(application);
    await removeRun(application, run_id);
    await post(application, 'runs/restore', { run_id });
    expect((await call(application, listDeleted, {})).deleted).toEqual([]);
    clock.forward(40 * DAY_MS);
    await removeRun(application, run_id);
    expect((await preview(application)).removes).toEqual(NOTHING);
    expect((await call(application, listDeleted, {})).deleted).toMatchObject([{ deletedAt: until(0) }]);
  });

  it('keeps the time for an experiment and the runs that went with it, and undoes both', async () => {
    const application = the();
    const { experiment_id } = await post(application, 'experiments/create', { name: 'e' });
    const run_id = await newRun(application, { experiment_id });
    await post(application, 'experiments/delete', { experiment_id });
    const experiments = await call(application, listDeleted, { query: { kind: 'experiment' } });
    expect(experiments.deleted).toMatchObject([{ id: experiment_id, name: 'e', artifactBytes: null }]);
    expect((await call(application, listDeleted, {})).deleted).toMatchObject([{ id: run_id }]);
    await post(application, 'experiments/restore', { experiment_id });
    for (const kind of ['run', 'experiment'] as const) {
      expect((await call(application, listDeleted, { query: { kind } })).deleted).toEqual([]);
    }
  });

  it('restores a logged model, for which MLflow has no call', async () => {
    const application = the();
    const { model } = await post(application, 'logged-models', { experiment_id: '0', name: 'm' });
    const modelId = textAt(model, 'info', 'model_id');
    await mlflow(application, 'DELETE', `logged-models/${modelId}`);
    const query = { kind: 'logged-model' } as const;
    expect((await call(application, listDeleted, { query })).deleted).toMatchObject([{ id: modelId }]);
    await call(application, restoreLoggedModel, { params: { modelId } });
    expect((await mlflow(application, 'GET', `logged-models/${modelId}`)).status).toBe(200);
    expect((await call(application, listDeleted, { query })).deleted).toEqual([]);
  });
}

function removalSuite(the: () => Application): void {
  it('removes nothing by itself, and nothing that is too young', async () => {
    const application = the();
    const run_id = await fullRun(application);
    await removeRun(application, run_id);
    clock.forward(30 * DAY_MS - 1);
    expect((await preview(application)).removes).toEqual(NOTHING);
    const early = await catchProblem(run(application, { until: until(29) }));
    expect(early).toMatchObject({ code: 'retention_too_early' });
    clock.forward(1);
    expect((await preview(application)).removes).toEqual(ONE_RUN);
    expect((await mlflow(application, 'GET', 'runs/get', { run_id })).status).toBe(200);
  });

  it('removes exactly what it showed: rows, samples and artifacts, and leaves the others', async () => {
    const application = the();
    const [gone, stays] = [await fullRun(application), await fullRun(application)];
    await removeRun(application, gone);
    clock.forward(31 * DAY_MS);
    const seen = await preview(application);
    const { removed, done } = await run(application, { until: seen.until });
    expect({ removed, done }).toEqual({ removed: seen.removes, done: true });
    expect((await mlflow(application, 'GET', 'runs/get', { run_id: gone })).status).toBe(404);
    expect(await artifact(application, `0/${gone}/artifacts/a.txt`)).toBe(404);
    expect(await artifact(application, `0/${stays}/artifacts/a.txt`)).toBe(200);
    const history = { run_id: stays, metric_key: 'loss' };
    expect((await mlflow(application, 'GET', 'metrics/get-history', history)).body.metrics).toHaveLength(2);
    expect((await preview(application)).removes).toEqual(NOTHING);
    expect(await run(application, { until: seen.until })).toEqual({ removed: NOTHING, done: true });
  });

  it('goes in batches, and leaves what was restored or deleted after the preview', async () => {
    const application = the();
    const runs = [];
    for (let count = 0; count < 4; count += 1) runs.push(await fullRun(application));
    for (const run_id of runs) await removeRun(application, run_id);
    clock.forward(31 * DAY_MS);
    const seen = await preview(application);
    expect(seen.removes.runs).toBe(4);
    const [restored = ''] = runs;
    await post(application, 'runs/restore', { run_id: restored });
    const late = await fullRun(application);
    await removeRun(application, late);
    const steps = [];
    do steps.push(await run(application, { until: seen.until, limit: 2 }));
    while (steps.at(-1)?.done === false);
    expect(steps.map(({ removed }) => removed.runs)).toEqual([2, 1]);
    for (const run_id of [restored, late]) {
      expect((await mlflow(application, 'GET', 'runs/get', { run_id })).status).toBe(200);
    }
  });

  it('takes logged models with their artifacts, and only those of its experiment', async () => {
    const application = the();
    const { experiment_id } = await post(application, 'experiments/create', { name: 'other' });
    await apply(
      application,
      'kind: Retention\nmetadata: { name: one }\nspec: { keepDeletedDays: 1, experiment: other }',
    );
    await apply(application, 'kind: Retention\nmetadata: { name: none }\nspec: { keepDeletedDays: 1, experiment: x }');
    for (const id of ['0', experiment_id]) {
      const { model } = await post(application, 'logged-models', { experiment_id: id, name: 'm' });
      const modelId = textAt(model, 'info', 'model_id');
      await putArtifact(application, `${id}/models/${modelId}/artifacts/model.bin`, '12345');
      await mlflow(application, 'DELETE', `logged-models/${modelId}`);
    }
    clock.forward(2 * DAY_MS);
    const expected = { ...NOTHING, loggedModels: 1, artifactFiles: 1, artifactBytes: 5 };
    const seen = await preview(application, 'one');
    expect(seen.removes).toEqual(expected);
    expect((await preview(application, 'none')).removes).toEqual(NOTHING);
    expect((await run(application, { until: seen.until }, 'one')).removed).toEqual(expected);
    const { deleted } = await call(application, listDeleted, { query: { kind: 'logged-model' } });
    expect(deleted).toMatchObject([{ experimentId: '0' }]);
  });

  it('says so when there is no such policy', async () => {
    const problem = await catchProblem(preview(the(), 'nope'));
    expect(problem).toMatchObject({ status: 404, code: 'retention_policy_not_found' });
  });
}

function holdersSuite(the: () => Application): void {
  async function afterAMonth(application: Application, run_id: string) {
    await removeRun(application, run_id);
    clock.forward(31 * DAY_MS);
    const seen = await preview(application);
    await run(application, { until: seen.until });
    expect((await mlflow(application, 'GET', 'runs/get', { run_id })).status).toBe(200);
    expect(await artifact(application, `0/${run_id}/artifacts/a.txt`)).toBe(200);
    expect(seen.removes).toEqual(NOTHING);
    expect(seen.keepsCount).toBe(1);
    return seen.keeps[0]?.reason;
  }

  it('keeps a run that a version names', async () => {
    const application = the();
    const run_id = await fullRun(application);
    await post(application, 'registered-models/create', { name: 'ranker' });
    const source = `mlflow-artifacts:/0/${run_id}/artifacts/deep`;
    await post(application, 'model-versions/create', { name: 'ranker', source, run_id });
    expect(await afterAMonth(application, run_id)).toContain('version 1 of the registered model "ranker"');
  });

  it('keeps a run whose artifacts the copy of a version points into, though the copy names another', async () => {
    const application = the();
    const run_id = await fullRun(application);
    await post(application, 'registered-models/create', { name: 'ranker' });
    const source = `mlflow-artifacts:/0/${run_id}/artifacts/deep`;
    await post(application, 'model-versions/create', { name: 'ranker', source, run_id });
    const copy = { name: 'ranker', source: 'models:/ranker/1', run_id: await newRun(application) };
    await post(application, 'model-versions/create', copy);
    await mlflow(application, 'DELETE', 'model-versions/delete', { name: 'ranker', version: '1' });
    expect(await afterAMonth(application, run_id)).toContain('version 2 of the registered model "ranker"');
  });

  it('keeps a run that a decision names, though its version is gone', async () => {
    const application = the();
    const run_id = await fullRun(application);
    const document = JSON.stringify({ evidence: { candidate: { runId: run_id } } });
    const columns = { id: 'dec_1', at: until(0), model: 'm', version: '1', policy: 'p', verdict: 'promote', document };
    await application.store.tables<{ decision: typeof columns }>().insertInto('decision').values(columns).execute();
    expect(await afterAMonth(application, run_id)).toBe('decision dec_1 names it in its evidence');
  });
}
