import { beforeAll, describe, expect, it } from 'vitest';
import { testApplication } from '../../testing/application.ts';
import { sharedApplication } from '../../testing/shared.ts';
import { mlflow, newRun, post, textAt, valueAt } from '../wire/testing.ts';

type Application = Awaited<ReturnType<typeof testApplication>>;

const shared = await sharedApplication();

/** A separate experiment for a test that searches. */
async function newExperiment(name: string): Promise<string> {
  return textAt(await post(shared, 'experiments/create', { name }), 'experiment_id');
}

async function newModel(application: Application, message: object = {}): Promise<string> {
  const { model } = await post(application, 'logged-models', { experiment_id: '0', ...message });
  return textAt(model, 'info', 'model_id');
}

async function searchNames(application: Application, message: object): Promise<unknown> {
  const { status, body } = await mlflow(application, 'POST', 'logged-models/search', {
    experiment_ids: ['0'],
    ...message,
  });
  if (status !== 200) return body.error_code;
  const models = Array.isArray(body.models) ? body.models : [];
  return models.map((model: unknown) => textAt(model, 'info', 'name'));
}

describe('logged models', () => {
  it('are pending until they are finalized, under the models of their experiment', async () => {
    const { model } = await post(shared, 'logged-models', {
      experiment_id: '0',
      name: 'm',
      model_type: 'sklearn',
      source_run_id: 'r',
      params: [{ key: 'p', value: '1' }],
      tags: [{ key: 't', value: 'x' }],
    });
    const id = textAt(model, 'info', 'model_id');
    expect(id).toMatch(/^m-[0-9a-f]{32}$/);
    expect(model).toMatchObject({
      info: {
        status: 'LOGGED_MODEL_PENDING',
        artifact_uri: `mlflow-artifacts:/0/models/${id}/artifacts`,
        model_type: 'sklearn',
        source_run_id: 'r',
        tags: [{ key: 't', value: 'x' }],
      },
      data: { params: [{ key: 'p', value: '1' }] },
    });
    for (const status of [2, 'LOGGED_MODEL_READY']) {
      const { body } = await mlflow(shared, 'PATCH', `logged-models/${id}`, { model_id: id, status });
      expect(textAt(body, 'model', 'info', 'status')).toBe('LOGGED_MODEL_READY');
    }
  });

  it('keep tags and params, and are hidden once deleted unless asked for', async () => {
    const experiment_id = await newExperiment('kept');
    const id = await newModel(shared, { experiment_id });
    await mlflow(shared, 'PATCH', `logged-models/${id}/tags`, { tags: [{ key: 'a/b', value: '1' }] });
    await post(shared, `logged-models/${id}/params`, { params: [{ key: 'p', value: '2' }] });
    const { body } = await mlflow(shared, 'GET', `logged-models/${id}`);
    expect(body).toMatchObject({ model: { info: { tags: [{ key: 'a/b' }] }, data: { params: [{ value: '2' }] } } });
    const drop = () => mlflow(shared, 'DELETE', `logged-models/${id}/tags/a%2Fb`);
    expect([(await drop()).status, (await drop()).status]).toEqual([200, 404]);
    await mlflow(shared, 'DELETE', `logged-models/${id}`);
    expect((await mlflow(shared, 'GET', `logged-models/${id}`)).body.error_code).toBe('RESOURCE_DOES_NOT_EXIST');
    expect((await mlflow(shared, 'GET', `logged-models/${id}`, { allow_deleted: true })).status).toBe(200);
    expect(await searchNames(shared, { experiment_ids: [experiment_id] })).toEqual([]);
  });

  it.each([
    [{}, "Missing value for required parameter 'experiment_id'"],
    [{ experiment_id: '0', name: 'a/b' }, 'Invalid model name'],
    [{ experiment_id: '0', name: "it's" }, 'Invalid model name'],
    [{ experiment_id: '9' }, 'No Experiment with id=9'],
  ])('are refused: %j', async (message, text) => {
    const { body } = await mlflow(shared, 'POST', 'logged-models', message);
    expect(body.message).toContain(text);
  });

  it('are found by what was measured of them, on a dataset where one is named', async () => {
    const experiment_id = await newExperiment('measured');
    const found = (message: object) => searchNames(shared, { experiment_ids: [experiment_id], ...message });
    const run_id = await newRun(shared);
    const measured: [string, number, string | undefined][] = [
      ['a', 0.5, 'train'],
      ['a', 0.4, 'test'],
      ['b', 0.9, 'train'],
      ['c', 0.7, undefined],
    ];
    const ids = new Map<string, string>();
    for (const name of ['a', 'b', 'c', 'none']) ids.set(name, await newModel(shared, { experiment_id, name }));
    for (const [name, value, dataset_name] of measured) {
      const metric = { key: 'f 1', value, timestamp: 5, dataset_name, dataset_digest: dataset_name && 'd1' };
      await post(shared, 'runs/log-batch', { run_id, metrics: [{ ...metric, model_id: ids.get(name) }] });
    }
    const order = (ascending: boolean, dataset_name?: string) => ({
      order_by: [{ field_name: 'metrics.f 1', ascending, dataset_name }],
    });
    expect(await found({ filter: 'metrics.`f 1` > 0.6', ...order(true) })).toEqual(['c', 'b']);
    const onTest = { datasets: [{ dataset_name: 'test' }] };
    expect(await found({ filter: 'metrics.`f 1` < 0.6', ...onTest })).toEqual(['a']);
    expect(await found(onTest)).toEqual(['a']);
    expect(await found({ datasets: [{ dataset_name: 'train', dataset_digest: 'other' }] })).toEqual([]);
    expect(await found(order(false, 'train'))).toMatchObject(['b', 'a', ...[expect.anything(), expect.anything()]]);
    const byDigest = [{ field_name: 'metrics.f 1', ascending: false, dataset_digest: 'd1' }];
    expect(await found({ order_by: byDigest })).toMatchObject(['b', 'a', ...[expect.anything(), expect.anything()]]);
    const { body } = await mlflow(shared, 'GET', `logged-models/${ids.get('a')}`);
    expect(valueAt(body, 'model', 'data', 'metrics')).toHaveLength(2);
  });

  it('page through any order, with tokens bound to their query', async () => {
    let now = 0;
    await using application = await testApplication({ clock: { now: () => (now += 1) } });
    for (const name of ['a', 'b', 'c']) await newModel(application, { name });
    const message = { experiment_ids: ['0'], max_results: 2, order_by: [{ field_name: 'name', ascending: false }] };
    const first = await post(application, 'logged-models/search', message);
    const page_token = first.next_page_token;
    expect(await searchNames(application, { ...message, page_token })).toEqual(['a']);
    expect(await searchNames(application, { ...message, page_token, filter: "name = 'a'" })).toBe(
      'INVALID_PARAMETER_VALUE',
    );
    expect(await searchNames(application, {})).toEqual(['c', 'b', 'a']);
  });

  let experiment_id: string;
  beforeAll(async () => {
    experiment_id = await newExperiment('matched');
    await newModel(shared, { experiment_id, name: 'pending', params: [{ key: 'k', value: 'v' }] });
    const id = await newModel(shared, { experiment_id, name: 'ready', tags: [{ key: 'k', value: 'v' }] });
    await mlflow(shared, 'PATCH', `logged-models/${id}`, { status: 'LOGGED_MODEL_READY' });
  });

  it.each([
    ["status = 'READY'", ['ready']],
    ["status != 'LOGGED_MODEL_READY'", ['pending']],
    ["status IN ('LOGGED_MODEL_READY', 'PENDING')", ['ready', 'pending']],
    ["name IN ('ready', 'x')", ['ready']],
    ["name LIKE 'p%' and params.k = 'v'", ['pending']],
    ["tags.k NOT IN ('v')", []],
    ['creation_timestamp_ms > 0', ['ready', 'pending']],
    ["creation_time > 'x'", 'INVALID_PARAMETER_VALUE'],
    ["nope.k = 'v'", 'INVALID_PARAMETER_VALUE'],
  ])('match %s', async (filter, names) => {
    const order_by = [{ field_name: 'name', ascending: false }];
    expect(await searchNames(shared, { experiment_ids: [experiment_id], filter, order_by })).toEqual(names);
  });
});
