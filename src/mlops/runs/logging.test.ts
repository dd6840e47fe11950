import { describe, expect, it } from 'vitest';
import { sharedApplication } from '../../testing/shared.ts';
import { mlflow, newRun, post, valueAt } from '../wire/testing.ts';

const application = await sharedApplication();

async function readRunData(runId: string): Promise<unknown> {
  return valueAt((await mlflow(application, 'GET', 'runs/get', { run_id: runId })).body, 'run', 'data');
}

describe('metrics', () => {
  const sample = (value: number | string, step: number, timestamp: number) => ({ key: 'm', value, step, timestamp });

  it.each([
    ['the greatest step', [sample(1, 5, 10), sample(2, 4, 20)], 1],
    ['then the greatest timestamp', [sample(1, 5, 10), sample(2, 5, 20), sample(3, 5, 15)], 2],
    ['then the greatest value', [sample(1, 5, 10), sample(3, 5, 10), sample(2, 5, 10)], 3],
    ['a negative step is a step', [sample(1, -5, 10), sample(2, -6, 20)], 1],
    ['NaN that is newer', [sample(1, 1, 10), sample('NaN', 2, 10)], 'NaN'],
  ])('keeps as latest %s, whatever the order of arrival', async (_, samples, latest) => {
    for (const metrics of [samples.map((each) => [each]), samples.toReversed().map((each) => [each]), [samples]]) {
      const run_id = await newRun(application);
      for (const batch of metrics) await post(application, 'runs/log-batch', { run_id, metrics: batch });
      expect(valueAt(await readRunData(run_id), 'metrics', 0, 'value')).toBe(latest);
    }
  });

  it('ignores an exact repeat, so that a client may try again', async () => {
    const run_id = await newRun(application);
    const metrics = [sample(1, 0, 10), sample(1, 0, 10), sample('NaN', 0, 10)];
    await post(application, 'runs/log-batch', { run_id, metrics });
    await post(application, 'runs/log-batch', { run_id, metrics });
    const { body } = await mlflow(application, 'GET', 'metrics/get-history', { run_id, metric_key: 'm' });
    expect(body).toEqual({ metrics: [sample('NaN', 0, 10), sample(1, 0, 10)] });
  });

  it('pages through a history in order of time, and gives all of it when no page is asked for', async () => {
    const run_id = await newRun(application);
    const metrics = [3, 1, 2, 5, 4].map((at) => sample(at / 10, 0, at));
    await post(application, 'runs/log-batch', { run_id, metrics });
    const query = { run_id, metric_key: 'm', max_results: 2 };
    const first = await mlflow(application, 'GET', 'metrics/get-history', query);
    const page_token = first.body.next_page_token;
    const second = await mlflow(application, 'GET', 'metrics/get-history', { ...query, page_token });
    expect([valueAt(first.body, 'metrics', 1, 'timestamp'), valueAt(second.body, 'metrics', 0, 'timestamp')]).toEqual([
      2, 3,
    ]);
    const all = await mlflow(application, 'GET', 'metrics/get-history', { run_id, metric_key: 'm' });
    expect(all.body.metrics).toHaveLength(5);
    for (const max_results of [0, -1]) {
      const refused = await mlflow(application, 'GET', 'metrics/get-history', { ...query, max_results });
      expect(refused.status).toBe(400);
    }
  });

  it('samples a long history evenly, first and last included', async () => {
    const run_id = await newRun(application);
    const metrics = Array.from({ length: 100 }, (_, step) => sample(step, step, 10 + step));
    await post(application, 'runs/log-batch', { run_id, metrics });
    const ask = async (message: object) => {
      const query = { run_ids: [run_id], metric_key: 'm', ...message };
      const { body } = await mlflow(application, 'GET', 'metrics/get-history-bulk-interval', query);
      return Array.isArray(body.metrics) ? body.metrics.map((metric: unknown) => valueAt(metric, 'step')) : body;
    };
    expect(await ask({ max_results: 5 })).toEqual([0, 20, 40, 60, 99]);
    expect(await ask({ max_results: 1 })).toEqual([99]);
    expect(await ask({ start_step: 10, end_step: 12 })).toEqual([10, 11, 12]);
    for (const wrong of [{ start_step: 1 }, { start_step: 2, end_step: 1 }, { max_results: 2501 }]) {
      expect(await ask(wrong)).toMatchObject({ error_code: 'INVALID_PARAMETER_VALUE' });
    }
  });
});

describe('a batch', () => {
  it('is stored whole or not at all', async () => {
    const run_id = await newRun(application);
    await post(application, 'runs/log-parameter', { run_id, key: 'p', value: '1' });
    const refused = await mlflow(application, 'POST', 'runs/log-batch', {
      run_id,
      metrics: [{ key: 'm', value: 1, timestamp: 1 }],
      params: [
        { key: 'q', value: '1' },
        { key: 'p', value: '2' },
      ],
      tags: [{ key: 't', value: 'v' }],
    });
    expect(refused.body).toEqual({
      error_code: 'INVALID_PARAMETER_VALUE',
      message: expect.stringContaining("Changing param values is not allowed. Param with key='p'"),
    });
    expect(await readRunData(run_id)).toMatchObject({ params: [{ key: 'p', value: '1' }] });
    expect(await readRunData(run_id)).not.toHaveProperty('metrics');
  });

  const many = (count: number, entry: (index: number) => object) => Array.from({ length: count }, (_, i) => entry(i));
  const metric = (index: number) => ({ key: `m${index}`, value: 1, timestamp: 1 });
  const pair = (index: number) => ({ key: `k${index}`, value: 'v' });

  it.each([
    [{ metrics: many(1001, metric) }, 'at most 1000 metrics'],
    [{ params: many(101, pair) }, 'at most 100 params'],
    [{ tags: many(101, pair) }, 'at most 100 tags'],
    [{ metrics: many(901, metric), params: many(100, pair) }, 'at most 1000 metrics, params, and tags'],
    [{ params: [pair(0), pair(0)] }, 'Duplicate parameter keys'],
    [{ metrics: [{ value: 1, timestamp: 1 }] }, "Missing value for required parameter 'metrics[0].key'"],
    [{ metrics: [{ key: 'm', timestamp: 1 }] }, "Missing value for required parameter 'metrics[0].value'"],
    [{ metrics: [{ key: 'm', value: 1 }] }, "Missing value for required parameter 'metrics[0].timestamp'"],
    [{ params: [{ value: '1' }] }, "Missing value for required parameter 'params[0].key'"],
    [{ tags: [{ key: '', value: '1' }] }, "Missing value for required parameter 'tags[0].key'"],
    [{ metrics: [{ key: 'm', value: true, timestamp: 1 }] }, "Invalid value true for parameter 'metrics[0].value'"],
    [{ metrics: [{ key: 'm', value: 1, timestamp: -1 }] }, "parameter 'metrics[0].timestamp'"],
    [
      { metrics: [{ key: 'm', value: 1, timestamp: 1, step: 0.5 }] },
      "Invalid value 0.5 for parameter 'metrics[0].step'",
    ],
    [{ metrics: [{ key: 'm'.repeat(251), value: 1, timestamp: 1 }] }, 'maximum length of 250'],
    [{ metrics: 'foo' }, 'Invalid value "foo" for parameter \'metrics\''],
    ...['../m', '/m', 'a/../b', 'a//b', '.', 'a\\b', 'a,b', 'a#', 'a\n'].map((key): [object, string] => [
      { params: [{ key, value: '1' }] },
      "for parameter 'params[0].key'",
    ]),
  ])('is refused: %j', async (batch, message) => {
    const run_id = await newRun(application);
    const answer = await mlflow(application, 'POST', 'runs/log-batch', { run_id, ...batch });
    expect(answer).toEqual({
      status: 400,
      body: { error_code: 'INVALID_PARAMETER_VALUE', message: expect.stringContaining(message) },
    });
  });

  it('may hold names of any script, with spaces, slashes and colons', async () => {
    const run_id = await newRun(application);
    const key = 'größe/тест: a_b-c.d';
    await post(application, 'runs/log-batch', { run_id, params: [{ key, value: '' }] });
    expect(await readRunData(run_id)).toMatchObject({ params: [{ key, value: '' }] });
  });

  it('cuts values that are too long, counting characters and not UTF-16 units', async () => {
    const run_id = await newRun(application);
    const value = '😀'.repeat(9000);
    await post(application, 'runs/log-batch', { run_id, params: [{ key: 'p', value }], tags: [{ key: 't', value }] });
    const data = await readRunData(run_id);
    expect([...String(valueAt(data, 'params', 0, 'value'))]).toHaveLength(6000);
    expect([...String(valueAt(data, 'tags', 1, 'value'))]).toHaveLength(8000);
  });
});

describe('params, tags and inputs', () => {
  it('keeps a param that comes again with the same value', async () => {
    const run_id = await newRun(application);
    const param = { run_id, key: 'p', value: '1' };
    await post(application, 'runs/log-parameter', param);
    await post(application, 'runs/log-parameter', param);
    const changed = await mlflow(application, 'POST', 'runs/log-parameter', { ...param, value: '2' });
    expect(changed).toMatchObject({ status: 400, body: { error_code: 'INVALID_PARAMETER_VALUE' } });
  });

  it('takes the last of a tag, and the tag mlflow.runName for the name', async () => {
    const run_id = await newRun(application, { run_name: 'before' });
    const tags = ['x', 'y', 'z'].map((value) => ({ key: 'mlflow.runName', value }));
    await post(application, 'runs/log-batch', { run_id, tags });
    const { body } = await mlflow(application, 'GET', 'runs/get', { run_uuid: run_id });
    expect(body).toMatchObject({ run: { info: { run_name: 'z' }, data: { tags: [{ value: 'z' }] } } });
  });

  it('writes nothing to a deleted run, whose deletion and return may be repeated', async () => {
    const run_id = await newRun(application);
    for (const path of ['runs/delete', 'runs/delete']) await post(application, path, { run_id });
    const writes: [string, object][] = [
      ['runs/log-metric', { key: 'm', value: 1, timestamp: 1 }],
      ['runs/log-parameter', { key: 'p' }],
      ['runs/set-tag', { key: 't' }],
      ['runs/delete-tag', { key: 't' }],
      ['runs/update', { status: 'FINISHED' }],
      ['runs/log-batch', {}],
      ['runs/log-inputs', {}],
      ['runs/outputs', { models: [{ model_id: 'm-1', step: 0 }] }],
    ];
    for (const [path, message] of writes) {
      expect(await mlflow(application, 'POST', path, { run_id, ...message })).toMatchObject({
        status: 400,
        body: { message: expect.stringContaining("must be in the 'active' state") },
      });
    }
    for (const path of ['runs/restore', 'runs/restore']) await post(application, path, { run_id });
    await post(application, 'runs/set-tag', { run_id, key: 't' });
  });

  it('keeps a dataset once a run, with the tags that it came with first', async () => {
    const run_id = await newRun(application);
    const dataset = { name: 'd', digest: '1', source_type: 'local', source: '{}' };
    const tags = (value: string) => [{ key: 'mlflow.data.context', value }];
    await post(application, 'runs/log-inputs', { run_id, datasets: [{ dataset, tags: tags('train') }] });
    await post(application, 'runs/log-inputs', { run_id, datasets: [{ dataset, tags: tags('eval') }] });
    const { body } = await mlflow(application, 'GET', 'runs/get', { run_id });
    expect(valueAt(body, 'run', 'inputs')).toEqual({ dataset_inputs: [{ dataset, tags: tags('train') }] });
    const summaries = await post(application, 'experiments/search-datasets', { experiment_ids: ['0'] });
    expect(summaries.dataset_summaries).toEqual([{ experiment_id: '0', name: 'd', digest: '1', context: 'train' }]);
    const long = { ...dataset, digest: 'x'.repeat(37) };
    const refused = await mlflow(application, 'POST', 'runs/log-inputs', { run_id, datasets: [{ dataset: long }] });
    expect(refused.status).toBe(400);
  });

  it('keeps the models of MLflow 2 in a tag of the run', async () => {
    const run_id = await newRun(application);
    const model = { artifact_path: 'm', flavors: {}, utc_time_created: 'now', run_id };
    const log = (model_json: string) => mlflow(application, 'POST', 'runs/log-model', { run_id, model_json });
    await log(JSON.stringify(model));
    await log(JSON.stringify(model));
    const history = valueAt(await readRunData(run_id), 'tags', 0, 'value');
    expect(JSON.parse(String(history))).toEqual([model, model]);
    expect((await log('{')).status).toBe(400);
    expect((await log('{}')).body.message).toContain('missing mandatory fields');
  });
});
