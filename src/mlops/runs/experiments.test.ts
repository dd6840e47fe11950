import { describe, expect, it } from 'vitest';
import { call, testApplication } from '../../testing/application.ts';
import { sharedApplication } from '../../testing/shared.ts';
import { mlflow, newRun, post, textAt, valueAt } from '../wire/testing.ts';
import { listExperiments } from './schema.ts';

const application = await sharedApplication();
await post(application, 'experiments/create', { name: 'taken' });

describe('experiments', () => {
  it('never gives a name twice, deleted experiments included, and finds those by name', async () => {
    const { experiment_id: id } = await post(application, 'experiments/create', { name: 'deleted' });
    await post(application, 'experiments/delete', { experiment_id: id });
    expect(await mlflow(application, 'POST', 'experiments/create', { name: 'deleted' })).toMatchObject({
      status: 400,
      body: { error_code: 'RESOURCE_ALREADY_EXISTS' },
    });
    const found = await mlflow(application, 'GET', 'experiments/get-by-name', { experiment_name: 'deleted' });
    expect(found.body).toMatchObject({ experiment: { experiment_id: id, lifecycle_stage: 'deleted' } });
  });

  it('takes its runs along when it is deleted and restored', async () => {
    const { experiment_id: id } = await post(application, 'experiments/create', { name: 'with runs' });
    const runId = await newRun(application, { experiment_id: id });
    await post(application, 'experiments/delete', { experiment_id: id });
    const stage = async () => {
      const { body } = await mlflow(application, 'GET', 'runs/get', { run_id: runId });
      return textAt(body, 'run', 'info', 'lifecycle_stage');
    };
    expect(await stage()).toBe('deleted');
    expect((await mlflow(application, 'POST', 'experiments/delete', { experiment_id: id })).status).toBe(404);
    await post(application, 'experiments/restore', { experiment_id: id });
    expect(await stage()).toBe('active');
    expect((await mlflow(application, 'POST', 'experiments/restore', { experiment_id: id })).status).toBe(404);
  });

  it.each([
    ['experiments/create', {}, 'INVALID_PARAMETER_VALUE', "Missing value for required parameter 'name'"],
    ['experiments/create', { name: 'x'.repeat(501) }, 'INVALID_PARAMETER_VALUE', 'exceeds the maximum length of 500'],
    ['experiments/create', { name: 'e', tags: [{ key: '../k', value: 'v' }] }, 'INVALID_PARAMETER_VALUE', '../k'],
    ['experiments/update', { experiment_id: '0', new_name: 'taken' }, 'BAD_REQUEST', 'already exists'],
    ['experiments/update', { experiment_id: '7', new_name: 'n' }, 'RESOURCE_DOES_NOT_EXIST', 'id=7'],
    [
      'experiments/set-experiment-tag',
      { experiment_id: '0', key: 'k', value: 'v'.repeat(20_001) },
      'INVALID_PARAMETER_VALUE',
      '20000',
    ],
    ['experiments/delete-experiment-tag', { experiment_id: '0', key: 'none' }, 'RESOURCE_DOES_NOT_EXIST', 'none'],
    ['experiments/search', { max_results: 0 }, 'INVALID_PARAMETER_VALUE', 'max_results'],
    ['experiments/search', { max_results: 50_001 }, 'INVALID_PARAMETER_VALUE', 'max_results'],
    ['experiments/search', { order_by: ['tags.x'] }, 'INVALID_PARAMETER_VALUE', 'order_by'],
    ['experiments/search', { filter: "experiment_id = 'x'" }, 'INVALID_PARAMETER_VALUE', 'integer'],
    ['experiments/search', { page_token: 'nonsense' }, 'INVALID_PARAMETER_VALUE', 'page token'],
    ['experiments/search', { view_type: 'SOME' }, 'INVALID_PARAMETER_VALUE', '"SOME"'],
  ])('refuses %s of %j', async (path, message, errorCode, text) => {
    const { body } = await mlflow(application, 'POST', path, message);
    expect(body).toEqual({ error_code: errorCode, message: expect.stringContaining(text) });
  });

  it.each([
    'runs:/abc/artifacts',
    'http://attacker.example/x',
    'https://attacker.example/x',
    'ftp://attacker.example/x',
    'hdfs://namenode/x',
    'mlflow-artifacts://attacker.example/x',
    'mlflow-artifacts:/a/../../etc',
    'mlflow-artifacts:/a/%252e%252e/b',
    's3://bucket/x#/../../etc',
    's3://bucket/x;param',
    's3://bucket/x?p=/../..',
    `s3://bucket/${'x'.repeat(2048)}`,
  ])('does not keep artifacts at %s', async (location) => {
    const answer = await mlflow(application, 'POST', 'experiments/create', { name: 'e', artifact_location: location });
    expect(answer).toMatchObject({ status: 400, body: { error_code: 'INVALID_PARAMETER_VALUE' } });
  });

  it('keeps another place that the client names, with its query at the end of what is under it', async () => {
    const artifact_location = 's3://bucket/root?region=eu';
    const { experiment_id } = await post(application, 'experiments/create', { name: 'elsewhere', artifact_location });
    const { run } = await post(application, 'runs/create', { experiment_id });
    const runId = textAt(run, 'info', 'run_id');
    expect(textAt(run, 'info', 'artifact_uri')).toBe(`s3://bucket/root/${runId}/artifacts?region=eu`);
    const listed = await mlflow(application, 'GET', 'artifacts/list', { run_id: runId });
    expect(listed).toMatchObject({ status: 400, body: { error_code: 'INVALID_PARAMETER_VALUE' } });
  });

  it('pages through a search, newest first, and once by a name that many share a start of', async () => {
    let now = 1_700_000_000_000;
    await using application = await testApplication({ clock: { now: () => (now += 1000) } });
    for (const name of ['a1', 'a2', 'b1', 'a3']) {
      await post(application, 'experiments/create', { name, tags: [{ key: 'k', value: name }] });
    }
    const pages: unknown[] = [];
    let page_token: unknown;
    do {
      const message = {
        filter: "name LIKE 'a%' and tags.k != 'a2'",
        max_results: 1,
        ...(page_token ? { page_token } : {}),
      };
      const body = await post(application, 'experiments/search', message);
      pages.push(valueAt(body, 'experiments', 0, 'name'));
      page_token = body.next_page_token;
    } while (page_token !== undefined);
    expect(pages).toEqual(['a3', 'a1']);
  });

  it('are listed in our own API', async () => {
    await using application = await testApplication();
    const { experiments } = await call(application, listExperiments);
    expect(experiments).toMatchObject([{ experimentId: '0', name: 'Default', lifecycleStage: 'active', tags: {} }]);
  });
});
