import { type Exchange, type Json, long, requestsAbout } from '../exchange.ts';

const { get, post, patch, remove } = requestsAbout('registered-models');

const create = (name: string, message: { readonly [field: string]: Json }, says: readonly string[] = []) =>
  post(name, 'registered-models/create', message, { says });

const creation: readonly Exchange[] = [
  create('create', { name: 'iris' }),
  create('create with all', {
    name: 'ranker',
    description: 'ranks',
    tags: [{ key: 'domain', value: 'search' }, { key: 'k' }],
  }),
  create('create a prompt', { name: 'greeting', tags: [{ key: 'mlflow.prompt.is_prompt', value: 'true' }] }),
  create('create a taken name', { name: 'iris' }),
  create('create another case of it', { name: 'IRIS' }),
  create('create without a name', {}, ["Missing value for required parameter 'name'"]),
  create('create with an empty name', { name: '' }, ["Missing value for required parameter 'name'"]),
  create('create with a blank name', { name: '  ' }),
  create('create with a number for a name', { name: 5 }),
  create('create with a slash', { name: 'a/b' }),
  create('create with a colon', { name: 'a:b' }),
  create('create with other signs', { name: 'a b.c-d_ü@%' }),
  create('create with two dots', { name: '..' }),
  create('create with a name of 256 characters', { name: long(256) }),
  create('create with a tag of 251 characters', { name: 'longtag', tags: [{ key: long(251), value: 'x' }] }),
  create('create with a tag of 100001 characters', { name: 'longvalue', tags: [{ key: 'a', value: long(100_001) }] }),
  create('create with a tag without a key', { name: 'nokey', tags: [{ value: 'x' }] }),
  create('create with a tag twice', {
    name: 'twicetag',
    tags: [
      { key: 'a', value: '1' },
      { key: 'a', value: '2' },
    ],
  }),
  create('create with a description of a number', { name: 'described', description: 5 }),
  create('create with an empty description', { name: 'emptily described', description: '' }),
  create('create with a long description', { name: 'told', description: long(5001) }),
];

const changing: readonly Exchange[] = [
  get('get', 'registered-models/get', { name: 'ranker' }),
  get('get one that is not there', 'registered-models/get', { name: 'nobody' }),
  get('get without a name', 'registered-models/get', {}, { says: ["Missing value for required parameter 'name'"] }),
  get('get with a slash', 'registered-models/get', { name: 'a/b' }),
  get('get a prompt', 'registered-models/get', { name: 'greeting' }),
  patch('update', 'registered-models/update', { name: 'ranker', description: 'ranks all' }),
  patch('update without a description', 'registered-models/update', { name: 'ranker' }),
  patch('update one that is not there', 'registered-models/update', { name: 'nobody', description: 'x' }),
  patch('update without a name', 'registered-models/update', { description: 'x' }),
  post('rename', 'registered-models/rename', { name: 'ranker', new_name: 'ranker 2' }),
  post('rename to a taken name', 'registered-models/rename', { name: 'ranker 2', new_name: 'iris' }),
  post('rename to its own name', 'registered-models/rename', { name: 'ranker 2', new_name: 'ranker 2' }),
  post(
    'rename to nothing',
    'registered-models/rename',
    { name: 'ranker 2' },
    { says: ["Missing value for required parameter 'new_name'"] },
  ),
  post('rename to a slash', 'registered-models/rename', { name: 'ranker 2', new_name: 'a/b' }),
  post('rename one that is not there', 'registered-models/rename', { name: 'nobody', new_name: 'somebody' }),
  post('set a tag', 'registered-models/set-tag', { name: 'iris', key: 'a', value: '1' }),
  post('set it again', 'registered-models/set-tag', { name: 'iris', key: 'a', value: '2' }),
  post('set a tag without a value', 'registered-models/set-tag', { name: 'iris', key: 'novalue' }),
  post('set a tag without a key', 'registered-models/set-tag', { name: 'iris', value: 'x' }),
  post('set a tag of 251 characters', 'registered-models/set-tag', { name: 'iris', key: long(251), value: 'x' }),
  post('set a tag to 100000 characters', 'registered-models/set-tag', {
    name: 'longtag2',
    key: 'a',
    value: long(100_000),
  }),
  post('set a tag to 100001 characters', 'registered-models/set-tag', { name: 'iris', key: 'a', value: long(100_001) }),
  post('set a tag with a forbidden sign', 'registered-models/set-tag', { name: 'iris', key: 'a?b', value: 'x' }),
  post('set a tag of one that is not there', 'registered-models/set-tag', { name: 'nobody', key: 'a', value: 'x' }),
  remove('delete a tag', 'registered-models/delete-tag', { name: 'iris', key: 'novalue' }),
  remove('delete a tag twice', 'registered-models/delete-tag', { name: 'iris', key: 'novalue' }),
  remove('delete a tag without a key', 'registered-models/delete-tag', { name: 'iris' }),
  remove('delete a tag of one that is not there', 'registered-models/delete-tag', { name: 'nobody', key: 'a' }),
  get('get after all changes', 'registered-models/get', { name: 'iris' }),
  get('latest versions of none', 'registered-models/get-latest-versions', { name: 'iris' }),
  post('latest versions by POST', 'registered-models/get-latest-versions', { name: 'iris', stages: ['Production'] }),
  get('latest versions of a stage that is none', 'registered-models/get-latest-versions', {
    name: 'iris',
    stages: ['Great'],
  }),
  get('latest versions of one that is not there', 'registered-models/get-latest-versions', { name: 'nobody' }),
];

const filters: readonly string[] = [
  "name = 'iris'",
  "name != 'iris'",
  "name LIKE 'ir%'",
  "name LIKE 'IR%'",
  "name ILIKE 'IR%'",
  "name IN ('iris', 'ranker 2')",
  "name NOT IN ('iris')",
  "name > 'a'",
  'name = iris',
  'name = 5',
  "attribute.name = 'iris'",
  "attributes.name = 'iris'",
  "tags.a = '2'",
  "tag.a = '2'",
  "tags.a != '2'",
  "tags.a LIKE '2%'",
  "tags.a ILIKE '2'",
  "tags.a IN ('2')",
  "tags.`a` = '2'",
  "tags.domain = 'search' AND tags.k = ''",
  "tags.domain = 'search' AND tags.a = '2'",
  "name = 'iris' AND tags.a = '2'",
  "tags.mlflow.prompt.is_prompt = 'true'",
  "tags.`mlflow.prompt.is_prompt` = 'true'",
  "tag.`mlflow.prompt.is_prompt` = 'false'",
  "tags.`mlflow.prompt.is_prompt` != 'true'",
  "run_id = 'x'",
  "nonexistent = 'x'",
  "name = 'iris' OR name = 'x'",
  'name',
  "name = 'iris';",
  "name LIKE '%' AND name LIKE '%s'",
  'last_updated_timestamp > 0',
  "tags.a = '2' AND tags.a = '3'",
  "aliases.champion = '1'",
];

const orders: readonly (readonly string[])[] = [
  ['name'],
  ['name DESC'],
  ['name ASC'],
  ['timestamp'],
  ['timestamp DESC', 'name'],
  ['last_updated_timestamp DESC'],
  ['last_updated_timestamp', 'name DESC'],
  ['creation_timestamp'],
  ['name', 'name'],
  ['timestamp', 'last_updated_timestamp'],
  ['tags.a'],
  ['nobody'],
  ['name SIDEWAYS'],
  ['`name` DESC'],
  [''],
  ['attribute.name'],
];

const search = (name: string, query: Parameters<typeof get>[2]) =>
  get(`search ${name}`, 'registered-models/search', query);

const searching: readonly Exchange[] = [
  search('all', {}),
  search('a page of 0', { max_results: 0 }),
  search('a page of -1', { max_results: -1 }),
  search('a page of text', { max_results: 'many' }),
  search('a page of 1000', { max_results: 1000 }),
  search('a page of 1001', { max_results: 1001 }),
  get('search a first page', 'registered-models/search', { max_results: 3 }, { keep: { rmPage: 'next_page_token' } }),
  search('a second page', { max_results: 3, page_token: '$rmPage' }),
  search('a token that is none', { page_token: 'nonsense' }),
  search('a page of exactly all', { max_results: 2, filter: "name LIKE 'e%' " }),
  ...filters.map((filter) => search(`filter ${filter}`, { filter })),
  ...orders.map((order_by) =>
    search(`order ${JSON.stringify(order_by)}`, { order_by, filter: "name IN ('iris', 'ranker 2', 'IRIS')" }),
  ),
  ...orders
    .slice(0, 7)
    .map((order_by) => search(`like and order ${JSON.stringify(order_by)}`, { order_by, filter: "name ILIKE '%r%'" })),
];

const deletion: readonly Exchange[] = [
  remove('delete', 'registered-models/delete', { name: 'IRIS' }),
  remove('delete it twice', 'registered-models/delete', { name: 'IRIS' }),
  remove('delete without a name', 'registered-models/delete', {}),
  get('get a deleted one', 'registered-models/get', { name: 'IRIS' }),
  create('create it again', { name: 'IRIS' }),
  create('create with a name of 257 characters', { name: long(257) }),
  create('create with a name of 1000 characters', { name: long(1000) }),
];

export const registeredModels: readonly Exchange[] = [...creation, ...changing, ...searching, ...deletion];
