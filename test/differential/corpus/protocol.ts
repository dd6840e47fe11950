import { type Exchange, requestsAbout } from '../exchange.ts';

const { get, post, patch, put, remove } = requestsAbout('protocol');

const create = 'experiments/create';
const prefixes = ['/api/2.0', '/api/3.0', '/ajax-api/2.0', '/ajax-api/3.0'];

export const protocol: readonly Exchange[] = [
  get('health', '/health'),
  ...prefixes.map((prefix) => get(`get under ${prefix}`, `${prefix}/mlflow/experiments/get`, { experiment_id: '0' })),
  ...prefixes.map((prefix) =>
    post(`write under ${prefix}`, `${prefix}/mlflow/experiments/set-experiment-tag`, {
      experiment_id: '0',
      key: 'a',
      value: 'b',
    }),
  ),
  get('server-info', '/api/3.0/mlflow/server-info'),
  get('server-info under 2.0', '/api/2.0/mlflow/server-info'),
  get('a path of the API that is none', 'nobody'),
  get('a path that is none', '/nobody/at/all'),
  post('a path of the API that is none, by POST', 'nobody', {}),
  post('a method that is none', 'experiments/get', { experiment_id: '0' }),
  get('a write by GET', create, { name: 'x' }),
  put('a write by PUT', create, { name: 'x' }),
  patch('a write by PATCH', create, { name: 'x' }),
  remove('a write by DELETE', create, { name: 'x' }),
  get('a path with a slash at its end', 'experiments/get/', { experiment_id: '0' }),
  post('JSON that breaks off', create, undefined, { raw: '{"name": ' }),
  post('JSON that is a list', create, undefined, { raw: '[]' }),
  post('JSON that is a number', create, undefined, { raw: '5' }),
  post('JSON that is null', create, undefined, { raw: 'null' }),
  post('JSON in JSON', create, undefined, { raw: JSON.stringify('{"name":"json in json"}') }),
  post('JSON in JSON that is none', create, undefined, { raw: JSON.stringify('{') }),
  post('an empty body', create, undefined, { raw: '' }),
  post('a body of blanks', create, undefined, { raw: '  ' }),
  post('the same field twice', create, undefined, { raw: '{"name":"a1","name":"field twice"}' }),
  post('no type of content', create, undefined, { raw: '{"name":"untyped"}', headers: {} }),
  post('text as its type', create, undefined, { raw: '{"name":"text"}', headers: { 'content-type': 'text/plain' } }),
  post('a form as its type', create, undefined, {
    raw: 'name=form',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
  }),
  post('JSON with a charset', create, undefined, {
    raw: '{"name":"charset"}',
    headers: { 'content-type': 'application/json; charset=utf-8' },
  }),
  post('JSON in capitals', create, undefined, {
    raw: '{"name":"capitals"}',
    headers: { 'content-type': 'Application/JSON' },
  }),
  post('JSON of another kind', create, undefined, {
    raw: '{"name":"other kind"}',
    headers: { 'content-type': 'application/vnd.api+json' },
  }),
  post(
    'camelCase names',
    create,
    { name: 'camel', artifactLocation: 's3://bucket/camel' },
    { keep: { camel: 'experiment_id' } },
  ),
  get('what camelCase names did', 'experiments/get', { experiment_id: '$camel' }),
  post('an escape that is half of a pair', create, undefined, { raw: '{"name":"half \\ud800"}' }),
  post('NUL in a name', create, undefined, { raw: '{"name":"nul \\u0000"}' }),
  get('NUL in a query', 'experiments/get-by-name?experiment_name=a%00b'),
  get('a query that is not UTF-8', 'experiments/get-by-name?experiment_name=%ff%fe'),
  get('a query with a broken escape', 'experiments/get-by-name?experiment_name=%zz'),
  get('an unknown parameter', 'experiments/get', { experiment_id: '0', colour: 'red' }),
  get('the same parameter twice', 'experiments/get', { experiment_id: ['0', '1'] }),
  remove('delete with a body', 'registered-models/delete-tag', { name: 'iris', key: 'nobody' }),
  remove('delete with a query', 'registered-models/delete-tag?name=iris&key=nobody'),
  patch('patch without a type', 'registered-models/update', undefined, {
    raw: '{"name":"iris","description":"untyped"}',
    headers: {},
  }),
];
