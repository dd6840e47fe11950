import { type Exchange, type Json, long, requestsAbout } from '../exchange.ts';

const { get, post, patch, remove } = requestsAbout('logged-models');

const create = (
  name: string,
  message: { readonly [field: string]: Json },
  keep: Readonly<Record<string, string>> = {},
) => post(name, 'logged-models', message, { keep });

const creation: readonly Exchange[] = [
  post('an experiment for them', 'experiments/create', { name: 'logged models' }, { keep: { lmExp: 'experiment_id' } }),
  post(
    'a run',
    'runs/create',
    { experiment_id: '$lmExp', start_time: 1, run_name: 'a' },
    { keep: { lmRun: 'run.info.run_id' } },
  ),
  create(
    'create',
    {
      experiment_id: '$lmExp',
      name: 'first',
      model_type: 'agent',
      source_run_id: '$lmRun',
      params: [{ key: 'p', value: '1' }],
      tags: [{ key: 't', value: '1' }],
    },
    { lm1: 'model.info.model_id' },
  ),
  create(
    'create another',
    { experiment_id: '$lmExp', name: 'second', params: [{ key: 'p', value: '2' }] },
    { lm2: 'model.info.model_id' },
  ),
  create('create a third', { experiment_id: '$lmExp', name: 'third' }, { lm3: 'model.info.model_id' }),
  create('create without a name', { experiment_id: '0' }),
  create('create with an empty name', { experiment_id: '0', name: '' }),
  create('create without an experiment', { name: 'x' }),
  create('create in an experiment that is not there', { experiment_id: '4711', name: 'x' }),
  create('create in an experiment that is no number', { experiment_id: 'abc', name: 'x' }),
  create('create from a run that is not there', {
    experiment_id: '$lmExp',
    name: 'fromnowhere',
    source_run_id: long(32, 'a'),
  }),
  ...['a/b', 'a:b', 'a.b', 'a%b', 'a"b', "a'b", '..'].map((name) =>
    create(`create named ${name}`, { experiment_id: '$lmExp', name }),
  ),
  create('create with a name of 500 characters', { experiment_id: '$lmExp', name: long(500) }),
  create('create with a name of a number', { experiment_id: '$lmExp', name: 5 }),
  create('create with a param of 6001 characters', {
    experiment_id: '$lmExp',
    name: 'longparam',
    params: [{ key: 'p', value: long(6001) }],
  }),
  create('create with a param of 251 characters', {
    experiment_id: '0',
    name: 'longkey',
    params: [{ key: long(251), value: '1' }],
  }),
  create('create with a param twice', {
    experiment_id: '0',
    name: 'twice',
    params: [
      { key: 'p', value: '1' },
      { key: 'p', value: '2' },
    ],
  }),
  create('create with a tag twice', {
    experiment_id: '0',
    name: 'twicetag',
    tags: [
      { key: 'p', value: '1' },
      { key: 'p', value: '2' },
    ],
  }),
  create('create with a tag that climbs', {
    experiment_id: '$lmExp',
    name: 'climbtag',
    tags: [{ key: '../x', value: '1' }],
  }),
  create('create with a param without a key', { experiment_id: '0', name: 'nokey', params: [{ value: '1' }] }),
];

const changing: readonly Exchange[] = [
  create('create one aside', { experiment_id: '0', name: 'aside' }, { aside: 'model.info.model_id' }),
  get('get', 'logged-models/$lm1'),
  get('get one that is not there', 'logged-models/m-nobody'),
  patch('finalize', 'logged-models/$lm1', { model_id: '$lm1', status: 'LOGGED_MODEL_READY' }),
  patch('finalize by number', 'logged-models/$lm2', { model_id: '$lm2', status: 3 }),
  patch('finalize without a status', 'logged-models/$lm1', { model_id: '$lm1' }),
  patch('finalize to pending', 'logged-models/$lm3', { model_id: '$lm3', status: 'LOGGED_MODEL_PENDING' }),
  patch('finalize to a status that is none', 'logged-models/$aside', { model_id: '$aside', status: 'DONE' }),
  patch('finalize without an id in the body', 'logged-models/$lm3', { status: 'LOGGED_MODEL_PENDING' }),
  patch('finalize one that is not there', 'logged-models/m-nobody', {
    model_id: 'm-nobody',
    status: 'LOGGED_MODEL_READY',
  }),
  patch('set tags', 'logged-models/$lm1/tags', {
    model_id: '$lm1',
    tags: [
      { key: 'stage', value: 'early' },
      { key: 'a b', value: '' },
    ],
  }),
  patch('set no tags', 'logged-models/$lm1/tags', { model_id: '$lm1' }),
  patch('set a tag of 251 characters', 'logged-models/$aside/tags', { tags: [{ key: long(251), value: 'x' }] }),
  patch('set a tag to 8001 characters', 'logged-models/$lm1/tags', { tags: [{ key: 'l', value: long(8001) }] }),
  patch('set tags of one that is not there', 'logged-models/m-nobody/tags', { tags: [{ key: 'a', value: 'x' }] }),
  remove('delete a tag', 'logged-models/$lm1/tags/stage'),
  remove('delete a tag twice', 'logged-models/$lm1/tags/stage'),
  remove('delete a tag with a space', 'logged-models/$lm1/tags/a%20b'),
  remove('delete a tag of one that is not there', 'logged-models/m-nobody/tags/a'),
  post('add params', 'logged-models/$lm1/params', { model_id: '$lm1', params: [{ key: 'q', value: '2' }] }),
  post('add a param again', 'logged-models/$lm1/params', { model_id: '$lm1', params: [{ key: 'q', value: '2' }] }),
  post('change a param', 'logged-models/$lm1/params', { model_id: '$lm1', params: [{ key: 'q', value: '3' }] }),
  post('add no params', 'logged-models/$lm1/params', { model_id: '$lm1' }),
  post('add params to one that is not there', 'logged-models/m-nobody/params', {
    model_id: 'm-nobody',
    params: [{ key: 'q', value: '2' }],
  }),
  post('log a metric about it', 'runs/log-metric', {
    run_id: '$lmRun',
    key: 'f1',
    value: 0.9,
    timestamp: 10,
    step: 1,
    model_id: '$lm1',
    dataset_name: 'test',
    dataset_digest: 'd1',
  }),
  post('log a metric about another', 'runs/log-batch', {
    run_id: '$lmRun',
    metrics: [
      { key: 'f1', value: 0.5, timestamp: 11, step: 1, model_id: '$lm2', dataset_name: 'train', dataset_digest: 'd2' },
    ],
  }),
  post('log a metric without a dataset', 'runs/log-batch', {
    run_id: '$lmRun',
    metrics: [{ key: 'acc', value: 0.7, timestamp: 12, model_id: '$lm2' }],
  }),
  get('get after all changes', 'logged-models/$lm1'),
  get('its artifacts', 'logged-models/$lm1/artifacts/directories'),
  get('artifacts in a folder that is not there', 'logged-models/$lm1/artifacts/directories', {
    artifact_directory_path: 'nobody',
  }),
  get('artifacts above it', 'logged-models/$lm1/artifacts/directories', { artifact_directory_path: '../..' }),
  get('artifacts of one that is not there', 'logged-models/m-nobody/artifacts/directories'),
  get('a file of it', '/ajax-api/2.0/mlflow/logged-models/$lm1/artifacts/files', { artifact_file_path: 'MLmodel' }),
  get('a file above it', '/ajax-api/2.0/mlflow/logged-models/$lm1/artifacts/files', {
    artifact_file_path: '../../../x',
  }),
  get('no file of it', '/ajax-api/2.0/mlflow/logged-models/$lm1/artifacts/files'),
];

const filters: readonly string[] = [
  "name = 'first'",
  "name != 'first'",
  "name LIKE 'f%'",
  "name ILIKE 'F%'",
  "name IN ('first', 'second')",
  "name NOT IN ('first')",
  "attributes.name = 'first'",
  "attribute.name = 'first'",
  "model_id = '$lm1'",
  "model_type = 'agent'",
  "status = 'READY'",
  "status = 'LOGGED_MODEL_READY'",
  "status != 'READY'",
  "source_run_id = '$lmRun'",
  'creation_timestamp > 0',
  'creation_timestamp_ms > 0',
  'creation_time > 0',
  'last_updated_timestamp > 0',
  'last_updated_timestamp_ms < 5',
  "creation_time = 'x'",
  "experiment_id = '1'",
  "artifact_uri LIKE '%'",
  'metrics.f1 > 0.6',
  'metrics.f1 <= 0.6',
  'metrics.f1 = 0.9',
  'metrics.f1 != 0.9',
  'metric.f1 > 0',
  "metrics.f1 > '0.6'",
  'metrics.nobody > 0',
  "metrics.f1 LIKE 'x'",
  "params.p = '1'",
  "param.p = '1'",
  "params.p != '1'",
  "params.p LIKE '%'",
  "params.p IN ('1', '2')",
  'params.p = 1',
  "params.p > '1'",
  "tags.t = '1'",
  "tag.t = '1'",
  "tags.t IN ('1')",
  'tags.t IS NULL',
  "tags.`t` = '1'",
  "name = 'first' AND metrics.f1 > 0.6",
  "name = 'first' OR name = 'second'",
  "nonexistent = 'x'",
  'name = first',
  '(',
  "dataset.name = 'x'",
  'name',
];

const orders: readonly Json[] = [
  [{ field_name: 'name' }],
  [{ field_name: 'name', ascending: false }],
  [{ field_name: 'attributes.name' }],
  [{ field_name: 'metrics.f1' }, { field_name: 'name' }],
  [{ field_name: 'metrics.f1', ascending: false }, { field_name: 'name' }],
  [{ field_name: 'metrics.f1', dataset_name: 'test' }, { field_name: 'name' }],
  [{ field_name: 'metrics.f1', dataset_name: 'test', dataset_digest: 'd1' }, { field_name: 'name' }],
  [{ field_name: 'name', dataset_name: 'test' }],
  [{ field_name: 'metrics.f1', dataset_digest: 'd1' }],
  [{ field_name: 'params.p' }],
  [{ field_name: 'nobody' }],
  [{ field_name: 'name' }, { field_name: 'name' }],
  [{ ascending: true }],
  [{ field_name: 'name', ascending: 'no' }],
  ['name'],
];

const all = { experiment_ids: ['$lmExp'] };
const byName = { order_by: [{ field_name: 'name' }] };
const search = (name: string, message: { readonly [field: string]: Json }) =>
  post(`search ${name}`, 'logged-models/search', message);

const searching: readonly Exchange[] = [
  search('all', { ...all, ...byName }),
  search('without experiments', {}),
  search('no experiments', { experiment_ids: [] }),
  search('an experiment that is not there', { experiment_ids: ['4711'] }),
  search('an experiment that is no number', { experiment_ids: ['abc'] }),
  search('a page of 0', { ...all, ...byName, max_results: 0 }),
  search('a page of -1', { ...all, max_results: -1 }),
  search('a page of 51', { ...all, ...byName, max_results: 51 }),
  search('a page of 50001', { ...all, max_results: 50_001 }),
  search('a page of text', { ...all, max_results: 'many' }),
  post(
    'search a first page',
    'logged-models/search',
    { ...all, ...byName, max_results: 2 },
    { keep: { lmPage: 'next_page_token' } },
  ),
  search('a second page', { ...all, ...byName, max_results: 2, page_token: '$lmPage' }),
  search('a page of another search', {
    ...all,
    ...byName,
    max_results: 2,
    filter: "name != 'x'",
    page_token: '$lmPage',
  }),
  search('a token that is none', { ...all, page_token: 'nonsense' }),
  ...filters.map((filter) => search(`filter ${filter}`, { ...all, ...byName, filter })),
  ...orders.map((order_by) => search(`order ${JSON.stringify(order_by)}`, { ...all, order_by })),
  search('a dataset', { ...all, ...byName, datasets: [{ dataset_name: 'test' }] }),
  search('a dataset and its digest', { ...all, ...byName, datasets: [{ dataset_name: 'test', dataset_digest: 'd1' }] }),
  search('a dataset and another digest', {
    ...all,
    ...byName,
    datasets: [{ dataset_name: 'test', dataset_digest: 'd9' }],
  }),
  search('two datasets', { ...all, ...byName, datasets: [{ dataset_name: 'test' }, { dataset_name: 'train' }] }),
  search('a dataset and a metric', {
    ...all,
    ...byName,
    filter: 'metrics.f1 > 0.6',
    datasets: [{ dataset_name: 'train' }],
  }),
  search('a digest alone', { ...all, datasets: [{ dataset_digest: 'd1' }] }),
];

const deletion: readonly Exchange[] = [
  remove('delete', 'logged-models/$lm2'),
  remove('delete it twice', 'logged-models/$lm2'),
  remove('delete one that is not there', 'logged-models/m-nobody'),
  get('get a deleted one', 'logged-models/$lm2'),
  patch('finalize a deleted one', 'logged-models/$lm2', { model_id: '$lm2', status: 'LOGGED_MODEL_READY' }),
  patch('set tags of a deleted one', 'logged-models/$lm2/tags', { tags: [{ key: 'a', value: 'x' }] }),
  search('without the deleted', { ...all, ...byName, filter: "name = 'second'" }),
];

export const loggedModels: readonly Exchange[] = [...creation, ...changing, ...searching, ...deletion];
