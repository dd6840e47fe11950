import { type Exchange, type Json, long, requestsAbout } from '../exchange.ts';

const { get, post } = requestsAbout('inputs');

const data = (changes: { readonly [field: string]: Json } = {}) => ({
  tags: [{ key: 'mlflow.data.context', value: 'training' }],
  dataset: {
    name: 'ratings',
    digest: 'abc',
    source_type: 's3',
    source: '{"uri":"s3://a"}',
    schema: '{}',
    profile: '{}',
    ...changes,
  },
});
const input = (name: string, message: { readonly [field: string]: Json }, says: readonly string[] = []) =>
  post(name, 'runs/log-inputs', { run_id: '$in1', ...message }, { says });

/** Writes to a run that no exchange reads, for inputs that only one of the servers stores. */
const aside = (name: string, message: { readonly [field: string]: Json }, says: readonly string[] = []) =>
  post(name, 'runs/log-inputs', { run_id: '$inAside', ...message }, { says });

const modelJson = '{"artifact_path":"model","flavors":{"python":{}},"utc_time_created":"2025-01-01","run_id":"x"}';

export const inputs: readonly Exchange[] = [
  post('an experiment for them', 'experiments/create', { name: 'inputs' }, { keep: { inExp: 'experiment_id' } }),
  post(
    'a run',
    'runs/create',
    { experiment_id: '$inExp', start_time: 1, run_name: 'a' },
    { keep: { in1: 'run.info.run_id' } },
  ),
  post(
    'a run aside',
    'runs/create',
    { experiment_id: '$inExp', start_time: 3, run_name: 'c' },
    { keep: { inAside: 'run.info.run_id' } },
  ),
  post(
    'another run',
    'runs/create',
    { experiment_id: '$inExp', start_time: 2, run_name: 'b' },
    { keep: { in2: 'run.info.run_id' } },
  ),
  post(
    'a model',
    'logged-models',
    { experiment_id: '$inExp', name: 'm', source_run_id: '$in1' },
    { keep: { inModel: 'model.info.model_id' } },
  ),
  input('a dataset', { datasets: [data()] }),
  input('the same with other tags', {
    datasets: [{ ...data(), tags: [{ key: 'mlflow.data.context', value: 'testing' }] }],
  }),
  input('two datasets', { datasets: [data({ name: 'users', digest: '1' }), data({ name: 'items', digest: '2' })] }),
  input('nothing', {}),
  post('search datasets', '/ajax-api/2.0/mlflow/experiments/search-datasets', { experiment_ids: ['$inExp'] }),
  post('search datasets by the path without a slash', '/api/2.0mlflow/experiments/search-datasets', {
    experiment_ids: ['$inExp'],
  }),
  aside('no dataset in it', { datasets: [{ tags: [] }] }),
  aside('a dataset without a name', { datasets: [{ dataset: { digest: 'a', source_type: 's', source: 'x' } }] }, [
    'datasets[0].dataset.name',
  ]),
  aside('a dataset without a digest', { datasets: [{ dataset: { name: 'a', source_type: 's', source: 'x' } }] }),
  aside('a dataset without a source', { datasets: [{ dataset: { name: 'a', digest: 'a', source_type: 's' } }] }),
  input('a dataset with the least', {
    datasets: [{ dataset: { name: 'least', digest: 'a', source_type: 's', source: 'x' } }],
  }),
  input('a name of 501 characters', { datasets: [data({ name: long(501) })] }),
  input('a digest of 37 characters', { datasets: [data({ digest: long(37) })] }),
  input('a source of 65536 characters', { datasets: [data({ source: long(65_536) })] }),
  input('a tag of 256 characters', { datasets: [{ ...data(), tags: [{ key: long(256), value: '1' }] }] }),
  input('a tag of a value of 501 characters', { datasets: [{ ...data(), tags: [{ key: 'a', value: long(501) }] }] }),
  aside('a tag without a key', { datasets: [{ ...data(), tags: [{ value: '1' }] }] }),
  input('datasets that are no list', { datasets: 'ratings' }),
  input('a logged model', { models: [{ model_id: '$inModel' }] }),
  aside('a model that is not there', { models: [{ model_id: 'm-nobody' }] }),
  aside('a model without an id', { models: [{}] }),
  post('without a run', 'runs/log-inputs', { datasets: [data()] }),
  post('of a run that is not there', 'runs/log-inputs', { run_id: long(32, 'a'), datasets: [data()] }),
  post('the same dataset by another run', 'runs/log-inputs', { run_id: '$in2', datasets: [data()] }),
  post('outputs', 'runs/outputs', { run_id: '$in1', models: [{ model_id: '$inModel', step: 3 }] }),
  post('outputs again', 'runs/outputs', { run_id: '$in1', models: [{ model_id: '$inModel', step: 3 }] }),
  post('outputs of a model that is not there', 'runs/outputs', {
    run_id: '$inAside',
    models: [{ model_id: 'm-nobody', step: 1 }],
  }),
  post('outputs without a step', 'runs/outputs', { run_id: '$in2', models: [{ model_id: '$inModel' }] }),
  post('outputs of nothing', 'runs/outputs', { run_id: '$in1', models: [] }),
  post('outputs without models', 'runs/outputs', { run_id: '$in1' }),
  post('outputs of a run that is not there', 'runs/outputs', {
    run_id: long(32, 'a'),
    models: [{ model_id: '$inModel', step: 1 }],
  }),
  get('the run after it', 'runs/get', { run_id: '$in1' }),
  get('the other run after it', 'runs/get', { run_id: '$in2' }),
  post('log-model', 'runs/log-model', { run_id: '$in2', model_json: modelJson }),
  post('log-model again', 'runs/log-model', { run_id: '$in2', model_json: modelJson }),
  post('log-model without JSON', 'runs/log-model', { run_id: '$in2' }),
  post('log-model with no JSON', 'runs/log-model', { run_id: '$in2', model_json: '{' }),
  post('log-model with a list', 'runs/log-model', { run_id: '$in2', model_json: '[]' }),
  post('log-model with a number', 'runs/log-model', { run_id: '$in2', model_json: '5' }),
  post(
    'log-model without mandatory fields',
    'runs/log-model',
    { run_id: '$in2', model_json: '{"run_id":"x"}' },
    { says: ['mandatory'] },
  ),
  post('log-model of a run that is not there', 'runs/log-model', { run_id: long(32, 'a'), model_json: modelJson }),
  post('log-model without a run', 'runs/log-model', { model_json: modelJson }),
  post('search datasets of nothing', '/ajax-api/2.0/mlflow/experiments/search-datasets', { experiment_ids: [] }),
  post('search datasets without experiments', '/ajax-api/2.0/mlflow/experiments/search-datasets', {}),
  post(
    'search datasets of 21 experiments',
    '/ajax-api/2.0/mlflow/experiments/search-datasets',
    { experiment_ids: Array.from({ length: 21 }, (_, id) => String(id)) },
    { says: ['SearchDatasets request cannot specify more than'] },
  ),
  post('search datasets of an experiment that is not there', '/ajax-api/2.0/mlflow/experiments/search-datasets', {
    experiment_ids: ['4711'],
  }),
];
