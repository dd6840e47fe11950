import { type Exchange, type Json, long, requestsAbout } from '../exchange.ts';

const { get, post, patch, remove } = requestsAbout('model-versions');

const SOURCE = 's3://models/a';
const create = (name: string, message: { readonly [field: string]: Json }, says: readonly string[] = []) =>
  post(name, 'model-versions/create', { name: 'versioned', ...message }, { says });

const sources: readonly string[] = [
  'relative/path',
  '/etc/passwd',
  'file:///etc/passwd',
  'file://host/etc',
  './a',
  '../a',
  's3://models/../a',
  's3://models/%2e%2e/a',
  's3://models/%252e%252e/a',
  'mlflow-artifacts:/0/../1',
  'mlflow-artifacts://host/0/../1',
  'https://host/a/../b',
  'https://host/a',
  's3://models/a//b',
  's3://models/....',
  's3://models/..a',
  's3:///a',
  'dbfs:/a/b',
  'runs:/x/y',
  'models:/versioned/1',
  'models:/versioned@champion',
  'models:/versioned/99',
  'models:/nobody/1',
  'models:/versioned',
  'models:/',
  'C:\\models\\a',
  '\\\\host\\share',
  's3://models/a%00',
  'mlflow-artifacts:/0/a',
  'mlflow-artifacts:0/a',
  'gs://models/a/.',
  'wasbs://c@a/b',
  's3:models',
  'http:///a',
  'hdfs://h/a/./b',
  's3://models/a?x=../b',
  's3://models/a#../b',
];

const creation: readonly Exchange[] = [
  post('a model for them', 'registered-models/create', { name: 'versioned' }),
  post('an experiment', 'experiments/create', { name: 'versions' }, { keep: { mvExp: 'experiment_id' } }),
  post(
    'a run',
    'runs/create',
    { experiment_id: '$mvExp', start_time: 1, run_name: 'a' },
    { keep: { mvRun: 'run.info.run_id' } },
  ),
  post(
    'a logged model',
    'logged-models',
    { experiment_id: '$mvExp', name: 'lm', source_run_id: '$mvRun', params: [{ key: 'p', value: '1' }] },
    { keep: { mvModel: 'model.info.model_id' } },
  ),
  post('a metric about it', 'runs/log-metric', {
    run_id: '$mvRun',
    key: 'f1',
    value: 0.9,
    timestamp: 10,
    step: 1,
    model_id: '$mvModel',
  }),
  create('create', { source: SOURCE }),
  create('create with all', {
    source: SOURCE,
    run_id: '$mvRun',
    description: 'second',
    run_link: 'https://h/r',
    tags: [{ key: 't', value: '1' }, { key: 'k' }],
  }),
  create('create a third', { source: SOURCE }),
  create('create of a logged model that is not there', { source: 'models:/m-nobody', model_id: 'm-nobody' }),
  create('create with a model that is not there', { source: SOURCE, model_id: 'm-nobody' }),
  post('a model aside', 'registered-models/create', { name: 'aside' }),
  post('create with a run that is not there', 'model-versions/create', {
    name: 'aside',
    source: SOURCE,
    run_id: long(32, 'a'),
  }),
  create('create without a source', {}, ["Missing value for required parameter 'source'"]),
  create('create with an empty source', { source: '' }),
  create('create with a source of a number', { source: 5 }),
  post(
    'create without a model',
    'model-versions/create',
    { source: SOURCE },
    { says: ["Missing value for required parameter 'name'"] },
  ),
  post('create of a model that is not there', 'model-versions/create', { name: 'nobody', source: SOURCE }),
  post('create with a tag of 251 characters', 'model-versions/create', {
    name: 'aside',
    source: SOURCE,
    tags: [{ key: long(251), value: 'x' }],
  }),
  post('create with a tag without a key', 'model-versions/create', {
    name: 'aside',
    source: SOURCE,
    tags: [{ value: 'x' }],
  }),
  post('create with a run of a number', 'model-versions/create', { name: 'aside', source: SOURCE, run_id: 5 }),
];

const id = { name: 'versioned', version: '2' };

const changing: readonly Exchange[] = [
  get('get', 'model-versions/get', id),
  get(
    'get without a version',
    'model-versions/get',
    { name: 'versioned' },
    { says: ["Missing value for required parameter 'version'"] },
  ),
  get('get without a name', 'model-versions/get', { version: '1' }),
  get('get a version that is not there', 'model-versions/get', { name: 'versioned', version: '99' }),
  get('get a version of a model that is not there', 'model-versions/get', { name: 'nobody', version: '1' }),
  get('get a version of text', 'model-versions/get', { name: 'versioned', version: 'latest' }),
  get('get a version of 0', 'model-versions/get', { name: 'versioned', version: '0' }),
  get('get a version of -1', 'model-versions/get', { name: 'versioned', version: '-1' }),
  get('get a version of 1.5', 'model-versions/get', { name: 'versioned', version: '1.5' }),
  get('get a version of 20 digits', 'model-versions/get', { name: 'versioned', version: long(20, '9') }),
  get('get a version with zeros', 'model-versions/get', { name: 'versioned', version: '01' }),
  get('download URI', 'model-versions/get-download-uri', id),
  get('download URI of one that is not there', 'model-versions/get-download-uri', { name: 'versioned', version: '99' }),
  patch('update', 'model-versions/update', { ...id, description: 'changed' }),
  patch('update without a description', 'model-versions/update', id),
  patch('update one that is not there', 'model-versions/update', {
    name: 'versioned',
    version: '99',
    description: 'x',
  }),
  patch('update a version as a number', 'model-versions/update', { name: 'versioned', version: 2, description: 'x' }),
  post('set a tag', 'model-versions/set-tag', { ...id, key: 'a', value: '1' }),
  post('set a tag without a value', 'model-versions/set-tag', { ...id, key: 'novalue' }),
  post('set a tag without a key', 'model-versions/set-tag', { ...id, value: 'x' }),
  post('set a tag without a version', 'model-versions/set-tag', { name: 'versioned', key: 'a', value: 'x' }),
  post('set a tag of 251 characters', 'model-versions/set-tag', { ...id, key: long(251), value: 'x' }),
  post('set a tag to 100001 characters', 'model-versions/set-tag', { ...id, key: 'a', value: long(100_001) }),
  post('set a tag of one that is not there', 'model-versions/set-tag', {
    name: 'versioned',
    version: '99',
    key: 'a',
    value: 'x',
  }),
  remove('delete a tag', 'model-versions/delete-tag', { ...id, key: 'novalue' }),
  remove('delete a tag twice', 'model-versions/delete-tag', { ...id, key: 'novalue' }),
  remove('delete a tag of one that is not there', 'model-versions/delete-tag', {
    name: 'versioned',
    version: '99',
    key: 'a',
  }),
];

const stage = (name: string, message: { readonly [field: string]: Json }) =>
  post(`stage ${name}`, 'model-versions/transition-stage', { name: 'versioned', ...message });

const stages: readonly Exchange[] = [
  stage('to production', { version: '1', stage: 'Production', archive_existing_versions: false }),
  stage('in small letters', { version: '2', stage: 'production', archive_existing_versions: true }),
  stage('to staging', { version: '3', stage: 'Staging', archive_existing_versions: 'true' }),
  stage('without a choice of archiving', { version: '3', stage: 'Staging' }),
  stage('that is none', { version: '1', stage: 'Great', archive_existing_versions: false }),
  stage('missing', { version: '1', archive_existing_versions: false }),
  stage('to archived', { version: '1', stage: 'Archived', archive_existing_versions: false }),
  stage('to archived, archiving', { version: '1', stage: 'Archived', archive_existing_versions: true }),
  stage('to none, archiving', { version: '1', stage: 'None', archive_existing_versions: true }),
  stage('to none', { version: '1', stage: 'None', archive_existing_versions: false }),
  stage('of a version that is not there', { version: '99', stage: 'Production', archive_existing_versions: false }),
  stage('with a choice of text', { version: '1', stage: 'Production', archive_existing_versions: 'perhaps' }),
  get('latest versions', 'registered-models/get-latest-versions', {
    name: 'versioned',
    stages: ['None', 'Staging', 'Production', 'Archived'],
  }),
  get('latest versions of two stages', 'registered-models/get-latest-versions', {
    name: 'versioned',
    stages: ['production', 'Staging'],
  }),
  post('latest versions by POST', 'registered-models/get-latest-versions', {
    name: 'versioned',
    stages: ['Production'],
  }),
];

/** MLflow does not return the logged model of a version. */
const ofModels: readonly Exchange[] = [
  create('create of a logged model', { source: 'models:/$mvModel', model_id: '$mvModel', run_id: '$mvRun' }),
  get('get one of a logged model', 'model-versions/get', { name: 'versioned', version: '4' }),
];

const alias = (name: string, message: { readonly [field: string]: Json }) =>
  post(`alias ${name}`, 'registered-models/alias', { name: 'versioned', ...message });
const behind = (name: string, query: Parameters<typeof get>[2]) =>
  get(`alias ${name}`, 'registered-models/alias', query);

const aliases: readonly Exchange[] = [
  alias('set', { alias: 'champion', version: '1' }),
  alias('moved', { alias: 'champion', version: '2' }),
  alias('of another case', { alias: 'Champion', version: '1' }),
  alias('to a version that is not there', { alias: 'x', version: '99' }),
  alias('to a version of text', { alias: 'x', version: 'one' }),
  alias('without a version', { alias: 'x' }),
  alias('without an alias', { version: '1' }),
  alias('latest', { alias: 'latest', version: '1' }),
  alias('Latest', { alias: 'Latest', version: '1' }),
  alias('v1', { alias: 'v1', version: '1' }),
  alias('V22', { alias: 'V22', version: '1' }),
  alias('v1x', { alias: 'v1x', version: '1' }),
  alias('with a slash', { alias: 'a/b', version: '1' }),
  alias('with a space', { alias: 'a b', version: '1' }),
  alias('with an umlaut', { alias: 'prüf-1_a', version: '1' }),
  alias('of digits', { alias: '123', version: '1' }),
  alias('of 255 characters', { alias: long(255), version: '1' }),
  alias('of 256 characters', { alias: long(256), version: '1' }),
  post('alias of a model that is not there', 'registered-models/alias', { name: 'nobody', alias: 'x', version: '1' }),
  behind('read', { name: 'versioned', alias: 'champion' }),
  behind('latest read', { name: 'versioned', alias: 'latest' }),
  behind('read that is not there', { name: 'versioned', alias: 'nobody' }),
  behind('read of a model that is not there', { name: 'nobody', alias: 'champion' }),
  behind('read without an alias', { name: 'versioned' }),
  behind('latest of a model without versions', { name: 'iris', alias: 'latest' }),
  remove('alias deleted', 'registered-models/alias', { name: 'versioned', alias: 'v1x' }),
  remove('alias deleted twice', 'registered-models/alias', { name: 'versioned', alias: 'v1x' }),
  remove('alias deleted of a model that is not there', 'registered-models/alias', { name: 'nobody', alias: 'v1x' }),
  get('the model after it', 'registered-models/get', { name: 'versioned' }),
  get('search with aliases', 'model-versions/search', { filter: "name = 'versioned'", order_by: ['version_number'] }),
  get('the version after it', 'model-versions/get', id),
];

const filters: readonly string[] = [
  "name = 'versioned'",
  "name != 'versioned'",
  "name LIKE 'ver%'",
  "name ILIKE 'VER%'",
  "name IN ('versioned')",
  "run_id = '$mvRun'",
  "run_id IN ('$mvRun', 'x')",
  "run_id != '$mvRun'",
  "run_id LIKE '%'",
  "run_id IN ('$mvRun',)",
  'run_id IN ()',
  "run_id NOT IN ('x')",
  "source_path = 's3://models/a'",
  "source_path LIKE 's3%'",
  "source_path IN ('x')",
  'version_number = 1',
  'version_number > 1',
  'version_number <= 2',
  'version_number != 1',
  "version_number = '1'",
  "version_number LIKE '1'",
  'version_number > 1.5',
  "tags.t = '1'",
  "tag.t = '1'",
  "tags.t != '1'",
  "tags.t LIKE '1%'",
  "tags.nonexistent = 'x'",
  "attribute.name = 'versioned'",
  "attributes.run_id = '$mvRun'",
  "name = 'versioned' AND version_number = 2",
  "name = 'versioned' AND tags.t = '1' AND tags.a = '1'",
  "current_stage = 'Production'",
  "nonexistent = 'x'",
  'name = x',
  "name = 'versioned' OR version_number = 1",
  "name = 'nobody'",
  "tags.`t` = '1'",
  "status = 'READY'",
  'creation_timestamp > 0',
];

const orders: readonly (readonly string[])[] = [
  ['version_number'],
  ['version_number DESC'],
  ['name', 'version_number'],
  ['name DESC', 'version_number DESC'],
  ['creation_timestamp', 'version_number'],
  ['creation_timestamp DESC', 'version_number'],
  ['last_updated_timestamp', 'version_number'],
  ['version_number', 'version_number DESC'],
  ['tags.t'],
  ['nobody'],
  ['version_number SIDEWAYS'],
  ['run_id'],
  [''],
];

const search = (name: string, query: Parameters<typeof get>[2]) =>
  get(`search ${name}`, 'model-versions/search', query);
const BY_NUMBER = ['version_number'];

const searching: readonly Exchange[] = [
  search('all', { order_by: ['name', 'version_number'] }),
  search('a page of 0', { max_results: 0 }),
  search('a page of -1', { max_results: -1 }),
  search('a page of text', { max_results: 'many' }),
  search('a page of 200000', { max_results: 200_000, order_by: BY_NUMBER, filter: "name = 'versioned'" }),
  search('a page of 200001', { max_results: 200_001 }),
  get(
    'search a first page',
    'model-versions/search',
    { max_results: 2, order_by: BY_NUMBER, filter: "name = 'versioned'" },
    { keep: { mvPage: 'next_page_token' } },
  ),
  search('a second page', { max_results: 2, order_by: BY_NUMBER, filter: "name = 'versioned'", page_token: '$mvPage' }),
  search('a token that is none', { page_token: 'nonsense' }),
  ...filters.map((filter) => search(`filter ${filter}`, { filter, order_by: ['name', 'version_number'] })),
  ...orders.map((order_by) => search(`order ${JSON.stringify(order_by)}`, { filter: "name = 'versioned'", order_by })),
];

const deletion: readonly Exchange[] = [
  remove('delete', 'model-versions/delete', id),
  remove('delete it twice', 'model-versions/delete', id),
  remove('delete one that is not there', 'model-versions/delete', { name: 'versioned', version: '99' }),
  remove('delete without a version', 'model-versions/delete', { name: 'versioned' }),
  get('get a deleted one', 'model-versions/get', id),
  behind('of a deleted version', { name: 'versioned', alias: 'champion' }),
  get('the model without it', 'registered-models/get', { name: 'versioned' }),
  ...sources.map((source) => post(`source ${source}`, 'model-versions/create', { name: 'aside', source })),
  create('source in the run', { source: 'mlflow-artifacts:/$mvExp/$mvRun/artifacts/model', run_id: '$mvRun' }),
  create('source of a file with a run', { source: 'file:///tmp/a', run_id: '$mvRun' }),
  create('source of a path with a run', { source: '/tmp/a', run_id: '$mvRun' }),
  post('rename its model', 'registered-models/rename', { name: 'versioned', new_name: 'renamed' }),
  get('version 3 by the new name', 'model-versions/get', { name: 'renamed', version: '3' }),
  get('version 3 by the old name', 'model-versions/get', { name: 'versioned', version: '3' }),
  remove('delete its model', 'registered-models/delete', { name: 'renamed' }),
  get('get one of a deleted model', 'model-versions/get', { name: 'renamed', version: '3' }),
  post('create the model again', 'registered-models/create', { name: 'renamed' }),
  post('create its first version', 'model-versions/create', { name: 'renamed', source: SOURCE }),
];

export const modelVersions: readonly Exchange[] = [
  ...creation,
  ...changing,
  ...stages,
  ...searching,
  ...ofModels,
  ...aliases,
  ...deletion,
];
