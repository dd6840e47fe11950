import { beforeAll, describe, expect, it } from 'vitest';
import { call, catchProblem, testApplication } from '../../testing/application.ts';
import { sharedApplication } from '../../testing/shared.ts';
import { mlflow, newRun, post, textAt, valueAt } from '../wire/testing.ts';
import { unknownCost } from './run-cost/store.ts';
import { getRun, listRuns } from './schema.ts';

const application = await sharedApplication();

/** A separate experiment for a test that searches. */
async function newExperiment(name: string): Promise<string> {
  return textAt(await post(application, 'experiments/create', { name }), 'experiment_id');
}

async function searchNames(message: Readonly<Record<string, unknown>>): Promise<unknown> {
  const { status, body } = await mlflow(application, 'POST', 'runs/search', message);
  if (status !== 200) return body.error_code;
  const runs = Array.isArray(body.runs) ? body.runs : [];
  return runs.map((run: unknown) => textAt(run, 'info', 'run_name'));
}

/** Names on each page, to the last. */
async function searchPages(message: object): Promise<unknown[][]> {
  const pages: unknown[][] = [];
  let token: object = {};
  for (;;) {
    const body = await post(application, 'runs/search', { ...message, ...token });
    const runs = Array.isArray(body.runs) ? body.runs : [];
    pages.push(runs.map((run: unknown) => textAt(run, 'info', 'run_name')));
    if (body.next_page_token === undefined) return pages;
    token = { page_token: body.next_page_token };
  }
}

describe('runs', () => {
  it('take a random name, the default experiment and RUNNING when nothing else is said', async () => {
    await using application = await testApplication({ clock: { now: () => 1234 } });
    const { run } = await post(application, 'runs/create');
    expect(valueAt(run, 'info')).toMatchObject({
      experiment_id: '0',
      status: 'RUNNING',
      start_time: 1234,
      user_id: '',
    });
    expect(textAt(run, 'info', 'run_id')).toMatch(/^[0-9a-f]{32}$/);
    expect(textAt(run, 'info', 'run_name')).toMatch(/^[a-z]+-[a-z]+-\d+$/);
    expect(valueAt(run, 'data', 'tags', 0)).toEqual({
      key: 'mlflow.runName',
      value: textAt(run, 'info', 'run_name'),
    });
  });

  it.each([
    ['runs/create', { run_name: 'a', tags: [{ key: 'mlflow.runName', value: 'b' }] }, 400, 'INVALID_PARAMETER_VALUE'],
    ['runs/create', { experiment_id: '9' }, 404, 'RESOURCE_DOES_NOT_EXIST'],
    ['runs/create', { experiment_id: 'x' }, 400, 'INVALID_PARAMETER_VALUE'],
    ['runs/create', { experiment_id: 0 }, 400, 'INVALID_PARAMETER_VALUE'],
    ['runs/create', { start_time: 'soon' }, 400, 'INVALID_PARAMETER_VALUE'],
    ['runs/update', { run_id: 'none', status: 'FINISHED' }, 404, 'RESOURCE_DOES_NOT_EXIST'],
    ['runs/update', { run_id: 'none', status: 'DONE' }, 400, 'INVALID_PARAMETER_VALUE'],
    ['runs/delete', {}, 400, 'INVALID_PARAMETER_VALUE'],
    ['runs/search', { experiment_ids: '0' }, 400, 'INVALID_PARAMETER_VALUE'],
    ['runs/search', { experiment_ids: ['0'], max_results: 50_001 }, 400, 'INVALID_PARAMETER_VALUE'],
    ['runs/search', { experiment_ids: ['0'], max_results: 0 }, 400, 'INVALID_PARAMETER_VALUE'],
    ['runs/search', { experiment_ids: ['0'], order_by: ['dataset.name'] }, 400, 'INVALID_PARAMETER_VALUE'],
  ])('refuse %s of %j', async (path, message, status, errorCode) => {
    expect(await mlflow(application, 'POST', path, message)).toMatchObject({ status, body: { error_code: errorCode } });
  });

  it('sort values first, then NaN, then missing, in both directions, and page by any order', async () => {
    const experiment_id = await newExperiment('sorted');
    const experiment_ids = [experiment_id];
    const values: Record<string, number | string | undefined> = {
      a: 2,
      b: 'NaN',
      c: undefined,
      d: 1,
      e: '-Infinity',
      f: 1,
    };
    for (const [index, [run_name, value]] of Object.entries(values).entries()) {
      const run_id = await newRun(application, { experiment_id, run_name, start_time: index });
      if (value !== undefined) await post(application, 'runs/log-metric', { run_id, key: 'm', value, timestamp: 1 });
    }
    const descending = ['a', 'f', 'd', 'e', 'b', 'c'];
    expect(await searchNames({ experiment_ids, order_by: ['metrics.m ASC'] })).toEqual(['e', 'f', 'd', 'a', 'b', 'c']);
    expect(await searchNames({ experiment_ids, order_by: ['metrics.m DESC'] })).toEqual(descending);
    const pages = await searchPages({ experiment_ids, order_by: ['metrics.m DESC'], max_results: 1 });
    expect(pages).toEqual([...descending.map((name) => [name]), []]);
  });

  it('sort and filter by duration, runs that have not ended last', async () => {
    const experiment_id = await newExperiment('durations');
    const experiment_ids = [experiment_id];
    for (const [run_name, start_time, end_time] of [
      ['long', 1000, 9000],
      ['short', 5000, 6000],
      ['open', 2000, null],
    ] as const) {
      const run_id = await newRun(application, { experiment_id, run_name, start_time });
      if (end_time !== null) await post(application, 'runs/update', { run_id, status: 'FINISHED', end_time });
    }
    expect(await searchNames({ experiment_ids, order_by: ['duration DESC'] })).toEqual(['long', 'short', 'open']);
    expect(await searchNames({ experiment_ids, filter: 'duration > 1000' })).toEqual(['long']);
  });

  it('have a page after one that is exactly full, as with MLflow 3.6: it may be empty, and is the last', async () => {
    const experiment_id = await newExperiment('full');
    for (const run_name of ['a', 'b', 'c']) {
      const run_id = await newRun(application, { experiment_id, run_name, start_time: 1 });
      if (run_name !== 'c') await post(application, 'runs/log-metric', { run_id, key: 'm', value: 1, timestamp: 1 });
    }
    const byMetric = { experiment_ids: [experiment_id], order_by: ['metrics.m DESC', 'attributes.run_name ASC'] };
    expect(await searchPages({ ...byMetric, max_results: 2 })).toEqual([['a', 'b'], ['c']]);
    expect(await searchPages({ ...byMetric, max_results: 3 })).toEqual([['a', 'b', 'c'], []]);
    expect(await searchPages({ ...byMetric, max_results: 4 })).toEqual([['a', 'b', 'c']]);
  });

  it('do not skip or repeat one when others come and go between two pages', async () => {
    const experiment_id = await newExperiment('moving');
    const experiment_ids = [experiment_id];
    for (let at = 0; at < 6; at += 1) await newRun(application, { experiment_id, run_name: `r${at}`, start_time: at });
    const first = await post(application, 'runs/search', { experiment_ids, max_results: 3 });
    await newRun(application, { experiment_id, run_name: 'late', start_time: 100 });
    await post(application, 'runs/delete', { run_id: textAt(first, 'runs', '0', 'info', 'run_id') });
    const message = { experiment_ids, max_results: 3, page_token: first.next_page_token };
    expect(await searchNames(message)).toEqual(['r2', 'r1', 'r0']);
    expect(await searchNames({ ...message, filter: "params.p = '1'" })).toBe('INVALID_PARAMETER_VALUE');
  });

  let matched: string;
  beforeAll(async () => {
    matched = await newExperiment('matched');
    const params: Record<string, string | undefined> = {
      backslash: '50\\x',
      percent: '50%',
      upper: 'groß',
      none: undefined,
    };
    for (const [index, [run_name, value]] of Object.entries(params).entries()) {
      const run_id = await newRun(application, { experiment_id: matched, run_name, start_time: index + 1 });
      if (value !== undefined) await post(application, 'runs/log-parameter', { run_id, key: 'p', value });
      if (run_name === 'upper') await post(application, 'runs/update', { run_id, status: 'KILLED', end_time: 6 });
    }
  });

  it.each([
    ["params.p LIKE '50\\%'", ['backslash']],
    ["params.p LIKE '50_'", ['percent']],
    ["params.p LIKE '%\\'", []],
    ["params.p ILIKE 'GRoß%'", ['upper']],
    ["params.p != '50%'", ['backslash', 'upper']],
    ['params.p IS NULL', ['none']],
    ["tags.mlflow.runName = 'none'", ['none']],
    ['attributes.end_time > 5', ['upper']],
    ['start_time < 1.5 and end_time != 1e300', []],
    ['start_time <= 3.5 and start_time > 2.5', ['upper']],
    ["Created >= 3 and `Run name` != 'x'", ['none', 'upper']],
    ["status IN ('RUNNING')", 'INVALID_PARAMETER_VALUE'],
    ["run_id IN ('nobody')", []],
    ["params.p = 'x''; drop table run; --'", []],
  ])('match %s', async (filter, names) => {
    const found = await searchNames({ experiment_ids: [matched], filter, order_by: ['run_name'] });
    expect(found).toEqual(names);
  });

  it('are found in our own API with what they are about', async () => {
    const tags = [{ key: 'steelyard.team', value: 'search' }];
    const runId = await newRun(application, { run_name: 'r', start_time: 0, tags });
    await post(application, 'runs/log-metric', { run_id: runId, key: 'loss', value: 'NaN', timestamp: 1 });
    await post(application, 'runs/update', { run_id: runId, status: 3, end_time: 9e15 });
    const run = await call(application, getRun, { params: { runId } });
    expect(run).toEqual({
      runId,
      cost: unknownCost,
      lifecycleStage: 'active',
      experimentId: '0',
      experimentName: 'Default',
      runName: 'r',
      status: 'FINISHED',
      startTime: '1970-01-01T00:00:00.000Z',
      endTime: '9999-12-31T23:59:59.999Z',
      subject: { team: 'search' },
      params: {},
      metrics: { loss: null },
      tags: { 'mlflow.runName': 'r', 'steelyard.team': 'search' },
    });
    const { runs } = await call(application, listRuns, { query: { filter: "tags.`steelyard.team` = 'search'" } });
    expect(runs).toEqual([run]);
    expect(await call(application, listRuns, { query: { experimentId: '99' } })).toEqual({
      runs: [],
      nextPageToken: null,
    });
    const failures = [
      () => call(application, getRun, { params: { runId: 'none' } }),
      () => call(application, listRuns, { query: { filter: 'nonsense' } }),
      () => call(application, listRuns, { query: { pageToken: 'nonsense' } }),
    ];
    const codes = [];
    for (const failure of failures) codes.push((await catchProblem(failure())).code);
    expect(codes).toEqual(['run_not_found', 'search_filter_invalid', 'invalid_page_token']);
  });
});
