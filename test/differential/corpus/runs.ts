import { type Exchange, long, requestsAbout } from '../exchange.ts';

const { get, post } = requestsAbout('runs');

const creation: readonly Exchange[] = [
  post('an experiment for them', 'experiments/create', { name: 'runs' }, { keep: { runsExp: 'experiment_id' } }),
  post(
    'create',
    'runs/create',
    {
      experiment_id: '$runsExp',
      run_name: 'first',
      start_time: 1000,
      user_id: 'ada',
      tags: [{ key: 'a', value: '1' }],
    },
    { keep: { run1: 'run.info.run_id' } },
  ),
  post('create with nothing', 'runs/create', {}),
  post('create without a body', 'runs/create'),
  post(
    'create without a name',
    'runs/create',
    { experiment_id: '$runsExp', start_time: 1001 },
    { keep: { run2: 'run.info.run_id' } },
  ),
  post('create named by its tag', 'runs/create', {
    experiment_id: '$runsExp',
    start_time: 1002,
    tags: [{ key: 'mlflow.runName', value: 'tagged' }],
  }),
  post('create named alike twice', 'runs/create', {
    experiment_id: '$runsExp',
    start_time: 1003,
    run_name: 'same',
    tags: [{ key: 'mlflow.runName', value: 'same' }],
  }),
  post('create named in two ways', 'runs/create', {
    experiment_id: '$runsExp',
    start_time: 1003,
    run_name: 'one',
    tags: [{ key: 'mlflow.runName', value: 'other' }],
  }),
  post('create in an experiment that is not there', 'runs/create', { experiment_id: '4711' }),
  post('create in an experiment that is no number', 'runs/create', { experiment_id: 'abc' }),
  post('create in an experiment as a number', 'runs/create', { experiment_id: 0 }),
  post('create with a start time of text', 'runs/create', { experiment_id: '$runsExp', start_time: 'now' }),
  post('create with a start time of digits', 'runs/create', {
    experiment_id: '$runsExp',
    start_time: '1004',
    run_name: 'digits',
  }),
  post('create with a start time of 0', 'runs/create', { experiment_id: '$runsExp', start_time: 0, run_name: 'epoch' }),
  post('create with a negative start time', 'runs/create', {
    experiment_id: '$runsExp',
    start_time: -5,
    run_name: 'before',
  }),
  post('create with a start time of 1.5', 'runs/create', { experiment_id: '$runsExp', start_time: 1.5 }),
  post('create with a start time of 1005.0', 'runs/create', undefined, {
    raw: '{"experiment_id": "$runsExp", "start_time": 1005.0, "run_name": "point"}',
  }),
  post('create with a start time beyond 64 bits', 'runs/create', undefined, {
    raw: '{"experiment_id": "$runsExp", "start_time": 9223372036854775808}',
  }),
  post('create with a name of 250 characters', 'runs/create', {
    experiment_id: '$runsExp',
    start_time: 1006,
    run_name: long(250),
  }),
  post('create with a name of 251 characters', 'runs/create', {
    experiment_id: '$runsExp',
    start_time: 1006,
    run_name: long(251),
  }),
  post('create with a name of other scripts', 'runs/create', {
    experiment_id: '$runsExp',
    start_time: 1007,
    run_name: 'Übung 練習 🐍',
  }),
  post('create with a tag of 8001 characters', 'runs/create', {
    experiment_id: '$runsExp',
    start_time: 1008,
    run_name: 'cut',
    tags: [{ key: 'long', value: long(8001) }],
  }),
  post('create with a tag without a key', 'runs/create', { experiment_id: '$runsExp', tags: [{ value: 'x' }] }),
  post('create with a tag that climbs', 'runs/create', {
    experiment_id: '$runsExp',
    tags: [{ key: '../a', value: 'x' }],
  }),
  post('create with tags that are no list', 'runs/create', {
    experiment_id: '$runsExp',
    tags: { key: 'a', value: 'x' },
  }),
  post('create with a user of a number', 'runs/create', { experiment_id: '$runsExp', user_id: 5 }),
];

const reading: readonly Exchange[] = [
  get('get', 'runs/get', { run_id: '$run1' }),
  get('get by run_uuid', 'runs/get', { run_uuid: '$run1' }),
  get('get without a name of its own', 'runs/get', { run_id: '$run2' }),
  get('get without an id', 'runs/get', {}, { says: ["Missing value for required parameter 'run_id'"] }),
  get('get an empty id', 'runs/get', { run_id: '' }),
  get('get an id that is not there', 'runs/get', { run_id: long(32, 'a') }),
  get('get an id that climbs', 'runs/get', { run_id: '../../etc' }),
  get('get an id of 300 characters', 'runs/get', { run_id: long(300) }),
  get('get two ids', 'runs/get', { run_id: ['$run1', '$run2'] }),
];

const changing: readonly Exchange[] = [
  post('update to finished', 'runs/update', { run_id: '$run1', status: 'FINISHED', end_time: 2000 }),
  post('update a status by its number', 'runs/update', { run_id: '$run1', status: 4, end_time: 2001 }),
  post('update to a status that is none', 'runs/update', { run_id: '$run1', status: 'DONE' }),
  post('update to a status with an unknown number', 'runs/update', { run_id: '$run1', status: 42 }),
  post('update to a status in small letters', 'runs/update', { run_id: '$run1', status: 'finished' }),
  post('update the name', 'runs/update', { run_id: '$run1', run_name: 'renamed' }),
  post('update to an empty name', 'runs/update', { run_id: '$run1', run_name: '' }),
  post('update nothing', 'runs/update', { run_id: '$run1' }),
  post('update by run_uuid', 'runs/update', { run_uuid: '$run1', status: 'KILLED', end_time: 2002 }),
  post('update without an id', 'runs/update', { status: 'FINISHED' }),
  post('update one that is not there', 'runs/update', { run_id: long(32, 'a'), status: 'FINISHED' }),
  post('update to an end of text', 'runs/update', { run_id: '$run1', end_time: 'later' }),
  post('update to a negative end', 'runs/update', { run_id: '$run2', status: 'FAILED', end_time: -1 }),
  post('back to running', 'runs/update', { run_id: '$run1', status: 'RUNNING' }),
  get('get after all changes', 'runs/get', { run_id: '$run1' }),
  post('name it by its tag', 'runs/set-tag', { run_id: '$run1', key: 'mlflow.runName', value: 'by tag' }),
  get('get named by its tag', 'runs/get', { run_id: '$run1' }),
];

const deletion: readonly Exchange[] = [
  post('delete without an id', 'runs/delete', {}),
  post('delete one that is not there', 'runs/delete', { run_id: long(32, 'a') }),
  post('delete', 'runs/delete', { run_id: '$run2' }),
  post('delete it twice', 'runs/delete', { run_id: '$run2' }),
  get('get a deleted one', 'runs/get', { run_id: '$run2' }),
  post('update a deleted one', 'runs/update', { run_id: '$run2', status: 'FINISHED' }),
  post('log a metric to a deleted one', 'runs/log-metric', { run_id: '$run2', key: 'm', value: 1, timestamp: 1 }),
  post('log a param to a deleted one', 'runs/log-parameter', { run_id: '$run2', key: 'p', value: '1' }),
  post('set a tag of a deleted one', 'runs/set-tag', { run_id: '$run2', key: 't', value: '1' }),
  post('delete a tag of a deleted one', 'runs/delete-tag', { run_id: '$run2', key: 'mlflow.runName' }),
  post('log a batch to a deleted one', 'runs/log-batch', {
    run_id: '$run2',
    metrics: [{ key: 'm', value: 1, timestamp: 1 }],
  }),
  post('log an empty batch to a deleted one', 'runs/log-batch', { run_id: '$run2' }),
  post('log inputs to a deleted one', 'runs/log-inputs', {
    run_id: '$run2',
    datasets: [{ dataset: { name: 'd', digest: '1', source_type: 's', source: 'x' } }],
  }),
  post('log a model to a deleted one', 'runs/log-model', {
    run_id: '$run2',
    model_json: '{"artifact_path":"m","flavors":{},"utc_time_created":"x","run_id":"y"}',
  }),
  get('history of a deleted one', 'metrics/get-history', { run_id: '$run2', metric_key: 'm' }),
  get('artifacts of a deleted one', 'artifacts/list', { run_id: '$run2' }),
  post('restore', 'runs/restore', { run_id: '$run2' }),
  post('restore it twice', 'runs/restore', { run_id: '$run2' }),
  post('restore one that is not there', 'runs/restore', { run_id: long(32, 'a') }),
  post('delete their experiment', 'experiments/delete', { experiment_id: '$runsExp' }),
  get('get one of a deleted experiment', 'runs/get', { run_id: '$run1' }),
  post('search a deleted experiment', 'runs/search', { experiment_ids: ['$runsExp'], order_by: ['start_time'] }),
  post('search the deleted of it', 'runs/search', {
    experiment_ids: ['$runsExp'],
    run_view_type: 'DELETED_ONLY',
    filter: "run_name = 'before'",
    order_by: ['start_time'],
  }),
  post('restore a run of a deleted experiment', 'runs/restore', { run_id: '$run1' }),
  post('restore their experiment', 'experiments/restore', { experiment_id: '$runsExp' }),
  get('get one of a restored experiment', 'runs/get', { run_id: '$run1' }),
];

export const runs: readonly Exchange[] = [...creation, ...reading, ...changing, ...deletion];
