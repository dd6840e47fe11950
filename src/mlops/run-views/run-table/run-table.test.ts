import { describe, expect, it } from 'vitest';
import { call, catchProblem, testApplication } from '../../../testing/application.ts';
import { sharedApplication } from '../../../testing/shared.ts';
import { getRun, listExperiments, listRuns } from '../../runs/schema.ts';
import { newRun, post, textAt } from '../../wire/testing.ts';
import {
  countRuns,
  deleteExperiment,
  deleteRuns,
  groupRuns,
  listExperimentActivity,
  listRunColumns,
  readRunFilter,
  restoreExperiment,
  restoreRuns,
  runsCsv,
  sumRunCosts,
} from './schema.ts';

type Application = Awaited<ReturnType<typeof testApplication>>;

/** Three runs in the default experiment, one in another. */
async function fourRuns(application: Application) {
  const { experiment_id: other } = await post(application, 'experiments/create', { name: "Other's 1" });
  const runs: string[] = [];
  for (const [index, experiment_id] of ['0', '0', '0', String(other)].entries()) {
    const run_id = await newRun(application, { experiment_id, run_name: `run-${index}`, start_time: 1000 * index });
    await post(application, 'runs/log-batch', {
      run_id,
      metrics: [
        { key: 'val loss', value: [0.3, 0.1, 0.2, 0.4][index], timestamp: 1, step: 0 },
        ...(index === 0 ? [{ key: 'f1', value: 0.5, timestamp: 1, step: 0 }] : []),
      ],
      params: [{ key: 'rank', value: String(index) }],
      tags: [
        { key: 'steelyard.team', value: 'search' },
        { key: 'note', value: '=1+1' },
      ],
    });
    runs.push(run_id);
  }
  return { runs, other: String(other) };
}

/** Tests that change no run look at these. */
const application = await sharedApplication();
const { runs: kept, other } = await fourRuns(application);

const LOSS = 'metrics.`val loss`';

describe('a table of runs', () => {
  it('answers the page asked for in the order asked for, with the values of its columns alone', async () => {
    const query = { experimentId: '0', orderBy: [`${LOSS} ASC`], columns: ['status', 'metrics.val loss'], pageSize: 2 };
    const first = await call(application, listRuns, { query });
    expect(first.runs.map((run) => run.runName)).toEqual(['run-1', 'run-2']);
    expect(first.runs[0]).toMatchObject({
      metrics: { 'val loss': 0.1 },
      params: {},
      tags: { 'steelyard.team': 'search' },
      subject: { team: 'search' },
      lifecycleStage: 'active',
    });
    const second = await call(application, listRuns, { query: { ...query, pageToken: first.nextPageToken ?? '' } });
    expect(second.runs.map((run) => run.runName)).toEqual(['run-0']);
    expect(second.nextPageToken).toBeNull();
  });

  it('tells whether a filter can be read before any run is looked at', async () => {
    const read = (filter: string) => call(application, readRunFilter, { query: { filter } });
    expect(await read(`${LOSS} > 0.15 and cost.total < 5`)).toEqual({ problem: null });
    expect(await read('')).toEqual({ problem: null });
    expect((await read('metrics.f1 >')).problem).toContain('Expected numeric value');
  });

  it('groups runs by a param, a tag or their status, with how a metric went in each', async () => {
    const group = (query: object) => call(application, groupRuns, { query: { by: 'status', ...query } });
    const byTeam = await group({ by: 'tags.steelyard.team', metric: 'val loss' });
    expect(byTeam).toMatchObject({
      groups: [
        { value: 'search', runs: 4, cost: { runs: 4, runsWithoutCost: 4 }, metric: { least: 0.1, greatest: 0.4 } },
      ],
      left: { groups: 0, runs: 0 },
    });
    expect(byTeam.groups[0]?.metric?.mean).toBeCloseTo(0.25);
    const byRank = await group({ by: 'params.rank', experimentIds: ['0'], metric: 'f1', most: 2 });
    expect(byRank.groups.map(({ value, metric }) => [value, metric?.runs ?? 0])).toEqual([
      ['0', 1],
      ['1', 0],
    ]);
    expect(byRank.left).toEqual({ groups: 1, runs: 1 });
    const none = await group({ by: 'params.nobody', experimentId: other });
    expect(none.groups).toMatchObject([{ value: null, runs: 1, metric: null }]);
    expect((await group({})).groups).toMatchObject([{ value: 'RUNNING', runs: 4 }]);
    expect(await catchProblem(group({ filter: 'nonsense' }))).toMatchObject({ code: 'search_filter_invalid' });
    expect(await catchProblem(group({ by: 'metrics.f1' }))).toMatchObject({ code: 'invalid_request' });
  });

  it('spans the experiments that are named', async () => {
    const query = { experimentIds: ['0', other], filter: "params.rank IN ('2', '3')" };
    const problem = await catchProblem(call(application, listRuns, { query }));
    expect(problem).toMatchObject({ code: 'search_filter_invalid', status: 400 });
    const { runs } = await call(application, listRuns, { query: { ...query, filter: `${LOSS} > 0.15` } });
    expect(runs.map((run) => run.runName)).toEqual(['run-3', 'run-2', 'run-0']);
  });

  it('counts what a filter matches, and knows no cost where none is known', async () => {
    const query = { filter: `${LOSS} < 0.35` };
    expect(await call(application, countRuns, { query })).toEqual({ runs: 3 });
    expect(await call(application, sumRunCosts, { query })).toEqual({ costs: [], runs: 3, runsWithoutCost: 3 });
    expect(await catchProblem(call(application, countRuns, { query: { filter: 'metrics.' } }))).toMatchObject({
      code: 'search_filter_invalid',
    });
  });

  it('knows which keys the runs of an experiment have, and how many runs have each', async () => {
    await using application = await testApplication();
    const { runs } = await fourRuns(application);
    await call(application, deleteRuns, { body: { runIds: [runs[2] ?? ''] } });
    const found = await call(application, listRunColumns, { query: { experimentId: '0' } });
    expect(found).toMatchObject({ complete: true });
    expect(found.columns.map(({ column, runs: count }) => [column, count])).toEqual([
      ['metrics.f1', 1],
      ['metrics.val loss', 2],
      ['params.rank', 2],
      ['tags.mlflow.runName', 2],
      ['tags.note', 2],
      ['tags.steelyard.team', 2],
    ]);
  });

  it('is a CSV file with the columns of the table, texts that look like formulas made harmless', async () => {
    const query = { experimentId: '0', orderBy: [LOSS], columns: ['run_name', 'metrics.f1', 'tags.note'] };
    const lines = (await call(application, runsCsv, { query })).split('\r\n');
    expect(lines).toEqual([
      'run_id,run_name,metrics.f1,tags.note',
      `${kept[1]},run-1,,'=1+1`,
      `${kept[2]},run-2,,'=1+1`,
      `${kept[0]},run-0,0.5,'=1+1`,
      '',
    ]);
  });

  it('deletes and restores runs, all or none, and tells which it moved', async () => {
    await using application = await testApplication();
    const { runs } = await fourRuns(application);
    const [a = '', b = ''] = runs;
    expect(await call(application, deleteRuns, { body: { runIds: [a] } })).toEqual({ runIds: [a] });
    expect(await call(application, deleteRuns, { body: { runIds: [a, b] } })).toEqual({ runIds: [b] });
    const problem = await catchProblem(call(application, restoreRuns, { body: { runIds: [a, 'none'] } }));
    expect(problem).toMatchObject({ code: 'run_not_found', status: 404 });
    const deleted = await call(application, listRuns, { query: { view: 'deleted' } });
    expect(deleted.runs.map((run) => run.runId).sort()).toEqual([a, b].sort());
    expect(await call(application, restoreRuns, { body: { runIds: [b] } })).toEqual({ runIds: [b] });
    expect(await call(application, countRuns, { query: { view: 'deleted' } })).toEqual({ runs: 1 });
    expect(await call(application, getRun, { params: { runId: a } })).toMatchObject({ lifecycleStage: 'deleted' });
  });
});

describe('experiments', () => {
  it('are found by a part of their name, in any case', async () => {
    const names = async (name: string) =>
      (await call(application, listExperiments, { query: { name } })).experiments.map((one) => one.name);
    expect(await names("oTHER'S")).toEqual(["Other's 1"]);
    expect(await names('none')).toEqual([]);
  });

  it('tell how many runs they have, when the last one started, and the best value of a metric', async () => {
    const query = { experimentIds: ['0', other, '99'], metric: 'val loss', goal: 'lowest' as const };
    const { experiments } = await call(application, listExperimentActivity, { query });
    expect(experiments).toEqual([
      {
        experimentId: '0',
        runs: 3,
        lastRunAt: '1970-01-01T00:00:02.000Z',
        lastStatus: 'RUNNING',
        cost: { costs: [], runs: 3, runsWithoutCost: 3 },
        best: { value: 0.1, runId: kept[1], runName: 'run-1' },
      },
      expect.objectContaining({ experimentId: other, runs: 1 }),
    ]);
  });

  it('go with their runs and come back with them', async () => {
    await using application = await testApplication();
    const { runs } = await fourRuns(application);
    const params = { experimentId: '0' };
    expect(await call(application, deleteExperiment, { params })).toEqual({ experimentId: '0', runs: 3 });
    expect(await call(application, deleteExperiment, { params })).toEqual({ experimentId: '0', runs: 0 });
    expect((await call(application, listExperiments, { query: { view: 'deleted' } })).experiments).toHaveLength(1);
    expect(await call(application, restoreExperiment, { params })).toEqual({ experimentId: '0', runs: 3 });
    const run = await call(application, getRun, { params: { runId: runs[0] ?? '' } });
    expect(textAt(run, 'lifecycleStage')).toBe('active');
  });
});
