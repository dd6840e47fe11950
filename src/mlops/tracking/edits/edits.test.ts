import { describe, expect, it } from 'vitest';
import { call, catchProblem } from '../../../testing/application.ts';
import { sharedApplication } from '../../../testing/shared.ts';
import { deleteExperiment, deleteRuns } from '../../run-views/run-table/schema.ts';
import { getRun } from '../../runs/schema.ts';
import { newRun, post } from '../../wire/testing.ts';
import { editExperiment, editRun } from './schema.ts';

const application = await sharedApplication();

const NOTE = 'mlflow.note.content';

describe('changing a run by hand', () => {
  it('renames it, and its name stays one with the tag that clients read', async () => {
    const runId = await newRun(application, { run_name: 'before' });
    const run = await call(application, editRun, { params: { runId }, body: { runName: ' after ' } });
    expect(run).toMatchObject({ runName: 'after', tags: { 'mlflow.runName': 'after' } });
  });

  it('sets some tags and takes others away, all or none', async () => {
    const runId = await newRun(application, { tags: [{ key: 'old', value: '1' }] });
    const tags = { [NOTE]: '# Note', 'steelyard.team': 'search', old: null, 'never there': null };
    const run = await call(application, editRun, { params: { runId }, body: { tags } });
    expect(run).toMatchObject({ tags: { [NOTE]: '# Note' }, subject: { team: 'search' } });
    expect(run.tags).not.toHaveProperty('old');
    const refused = call(application, editRun, { params: { runId }, body: { tags: { [NOTE]: null, '../x': '1' } } });
    expect(await catchProblem(refused)).toMatchObject({ code: 'invalid_request', status: 400 });
    expect((await call(application, getRun, { params: { runId } })).tags[NOTE]).toBe('# Note');
  });

  it('refuses to take the name away, and changes no deleted run and none that there is not', async () => {
    const runId = await newRun(application, { run_name: 'kept' });
    const edit = (id: string, body: object) =>
      catchProblem(call(application, editRun, { params: { runId: id }, body }));
    expect(await edit(runId, { tags: { 'mlflow.runName': null } })).toMatchObject({ code: 'invalid_request' });
    expect(await edit('gone', { runName: 'x' })).toMatchObject({ code: 'run_not_found', status: 404 });
    await call(application, deleteRuns, { body: { runIds: [runId] } });
    expect(await edit(runId, { runName: 'x' })).toMatchObject({ code: 'invalid_request' });
  });
});

describe('changing an experiment by hand', () => {
  it('renames it and writes its note', async () => {
    const { experiment_id } = await post(application, 'experiments/create', { name: 'before' });
    const params = { experimentId: String(experiment_id) };
    const edited = await call(application, editExperiment, {
      params,
      body: { name: 'after', tags: { [NOTE]: 'why' } },
    });
    expect(edited).toMatchObject({ name: 'after', tags: { [NOTE]: 'why' } });
    const bare = await call(application, editExperiment, { params, body: { tags: { [NOTE]: null } } });
    expect(bare).toMatchObject({ name: 'after', tags: {} });
  });

  it('leaves the tags alone when the name is taken, and a deleted experiment as it is', async () => {
    await post(application, 'experiments/create', { name: 'taken' });
    const { experiment_id } = await post(application, 'experiments/create', { name: 'own' });
    const params = { experimentId: String(experiment_id) };
    const edit = (body: object) => call(application, editExperiment, { params, body });
    expect(await catchProblem(edit({ name: 'taken', tags: { [NOTE]: 'x' } }))).toMatchObject({
      code: 'invalid_request',
    });
    expect(await edit({})).toMatchObject({ name: 'own', tags: {} });
    await call(application, deleteExperiment, { params });
    expect(await catchProblem(edit({ name: 'other' }))).toMatchObject({ code: 'invalid_request' });
  });
});
