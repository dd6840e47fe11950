import { type Exchange, type Json, long, requestsAbout } from '../exchange.ts';

const { get, post } = requestsAbout('logging');

const metric = (name: string, message: { readonly [field: string]: Json }, says: readonly string[] = []) =>
  post(`metric ${name}`, 'runs/log-metric', { run_id: '$log1', ...message }, { says });

/** Writes to a run that no exchange reads, for messages that only one of the servers stores. */
const aside = (name: string, path: string, message: { readonly [field: string]: Json }, says: readonly string[] = []) =>
  post(name, `runs/${path}`, { run_id: '$logAside', ...message }, { says });

const preparation: readonly Exchange[] = [
  post('an experiment for it', 'experiments/create', { name: 'logging' }, { keep: { logExp: 'experiment_id' } }),
  post(
    'a run',
    'runs/create',
    { experiment_id: '$logExp', start_time: 1, run_name: 'a' },
    { keep: { log1: 'run.info.run_id' } },
  ),
  post(
    'another run',
    'runs/create',
    { experiment_id: '$logExp', start_time: 2, run_name: 'b' },
    { keep: { log2: 'run.info.run_id' } },
  ),
];

const metrics: readonly Exchange[] = [
  post(
    'a run aside',
    'runs/create',
    { experiment_id: '$logExp', start_time: 3, run_name: 'c' },
    { keep: { logAside: 'run.info.run_id' } },
  ),
  metric('at a step', { key: 'loss', value: 0.5, timestamp: 1000, step: 1 }),
  metric('later', { key: 'loss', value: 0.4, timestamp: 2000, step: 2 }),
  metric('of an earlier step, sent later', { key: 'loss', value: 0.9, timestamp: 3000, step: 0 }),
  metric('of the same step and a later time', { key: 'loss', value: 0.3, timestamp: 2500, step: 2 }),
  metric('of the same step and time, larger', { key: 'loss', value: 0.35, timestamp: 2500, step: 2 }),
  metric('the same once more', { key: 'loss', value: 0.35, timestamp: 2500, step: 2 }),
  metric('of an integer', { key: 'int', value: 5, timestamp: 1 }),
  metric('of digits', { key: 'digits', value: '5.5', timestamp: 1 }),
  metric('of NaN', { key: 'nan', value: 'NaN', timestamp: 1 }),
  metric('of Infinity', { key: 'inf', value: 'Infinity', timestamp: 1 }),
  metric('of -Infinity', { key: 'ninf', value: '-Infinity', timestamp: 1 }),
  aside('metric of inf', 'log-metric', { key: 'inf2', value: 'inf', timestamp: 1 }),
  metric('of the largest double', { key: 'max', value: 1.7976931348623157e308, timestamp: 1 }),
  metric('of the smallest double', { key: 'tiny', value: 5e-324, timestamp: 1 }),
  metric('of text', { key: 'text', value: 'much', timestamp: 1 }, ["for parameter 'value' supplied"]),
  aside('metric of true', 'log-metric', { key: 'bool', value: true, timestamp: 1 }),
  metric('of empty text', { key: 'empty', value: '', timestamp: 1 }),
  metric('of a list', { key: 'list', value: [1], timestamp: 1 }),
  metric('of null', { key: 'null', value: null, timestamp: 1 }, ["Missing value for required parameter 'value'"]),
  metric('without a value', { key: 'x', timestamp: 1 }, ["Missing value for required parameter 'value'"]),
  metric('without a key', { value: 1, timestamp: 1 }, ["Missing value for required parameter 'key'"]),
  metric('without a time', { key: 'x', value: 1 }, ["Missing value for required parameter 'timestamp'"]),
  metric('at time 0', { key: 'epoch', value: 1, timestamp: 0 }),
  metric('at a negative time', { key: 'x', value: 1, timestamp: -1 }),
  metric('at a time of text', { key: 'x', value: 1, timestamp: 'now' }, [
    'Invalid value "now" for parameter \'timestamp\' supplied',
  ]),
  aside('metric at a time of 1.5', 'log-metric', { key: 'x', value: 1, timestamp: 1.5 }, [
    "Invalid value 1.5 for parameter 'timestamp' supplied",
  ]),
  post('metric at a time of 9.0', 'runs/log-metric', undefined, {
    raw: '{"run_id":"$log1","key":"nine","value":1,"timestamp":9.0}',
  }),
  post('metric at the last time of 64 bits', 'runs/log-metric', undefined, {
    raw: '{"run_id":"$logAside","key":"last","value":1,"timestamp":9223372036854775807}',
  }),
  post('metric at a time beyond 64 bits', 'runs/log-metric', undefined, {
    raw: '{"run_id":"$logAside","key":"x","value":1,"timestamp":9223372036854775808}',
  }),
  post('metric at the last step of 53 bits', 'runs/log-metric', undefined, {
    raw: '{"run_id":"$log1","key":"step53","value":1,"timestamp":1,"step":9007199254740991}',
  }),
  post('metric at the last step of 64 bits', 'runs/log-metric', undefined, {
    raw: '{"run_id":"$logAside","key":"step64","value":1,"timestamp":1,"step":9223372036854775807}',
  }),
  post('metric of bare NaN', 'runs/log-metric', undefined, {
    raw: '{"run_id":"$logAside","key":"bare","value":NaN,"timestamp":1}',
  }),
  metric('at a step of digits', { key: 'stepdigits', value: 1, timestamp: 1, step: '7' }),
  metric('at a step of text', { key: 'x', value: 1, timestamp: 1, step: 'first' }, ["for parameter 'step' supplied"]),
  metric('at a negative step', { key: 'negative', value: 1, timestamp: 1, step: -3 }),
  metric('with a key of 250 characters', { key: long(250), value: 1, timestamp: 1 }),
  metric('with a key of 251 characters', { key: long(251), value: 1, timestamp: 1 }),
  metric('with a key of another script', { key: 'größe/練習 a.b-c:d', value: 1, timestamp: 1 }),
  metric('with a key that climbs', { key: '../loss', value: 1, timestamp: 1 }),
  metric('with an absolute key', { key: '/loss', value: 1, timestamp: 1 }),
  metric('with a key of two slashes', { key: 'a//b', value: 1, timestamp: 1 }),
  metric('with a key of a dot', { key: '.', value: 1, timestamp: 1 }),
  metric('with a key of a final slash', { key: 'a/', value: 1, timestamp: 1 }),
  metric('with a forbidden sign', { key: 'a?', value: 1, timestamp: 1 }),
  metric('with a key of a number', { key: 5, value: 1, timestamp: 1 }),
  post('metric of a run that is not there', 'runs/log-metric', {
    run_id: long(32, 'a'),
    key: 'x',
    value: 1,
    timestamp: 1,
  }),
  post(
    'metric without a run',
    'runs/log-metric',
    { key: 'x', value: 1, timestamp: 1 },
    { says: ["Missing value for required parameter 'run_id'"] },
  ),
  post('metric by run_uuid', 'runs/log-metric', { run_uuid: '$log1', key: 'uuid', value: 1, timestamp: 1 }),
  aside('metric about a model that is not there', 'log-metric', {
    key: 'about',
    value: 1,
    timestamp: 1,
    model_id: 'm-nobody',
  }),
  metric('about a dataset', { key: 'ofdata', value: 1, timestamp: 1, dataset_name: 'd', dataset_digest: '1' }),
  get('the latest metrics', 'runs/get', { run_id: '$log1' }),
];

const history: readonly Exchange[] = [
  get('history', 'metrics/get-history', { run_id: '$log1', metric_key: 'loss' }),
  get('history by run_uuid', 'metrics/get-history', { run_uuid: '$log1', metric_key: 'loss' }),
  get('history of NaN', 'metrics/get-history', { run_id: '$log1', metric_key: 'nan' }),
  get('history of Infinity', 'metrics/get-history', { run_id: '$log1', metric_key: 'inf' }),
  get('history of nothing', 'metrics/get-history', { run_id: '$log1', metric_key: 'nobody' }),
  get(
    'history without a key',
    'metrics/get-history',
    { run_id: '$log1' },
    { says: ["Missing value for required parameter 'metric_key'"] },
  ),
  get('history without a run', 'metrics/get-history', { metric_key: 'loss' }),
  get('history of a run that is not there', 'metrics/get-history', { run_id: long(32, 'a'), metric_key: 'loss' }),
  get(
    'history, first page',
    'metrics/get-history',
    { run_id: '$log1', metric_key: 'loss', max_results: 2 },
    { keep: { historyPage: 'next_page_token' } },
  ),
  get('history, second page', 'metrics/get-history', {
    run_id: '$log1',
    metric_key: 'loss',
    max_results: 2,
    page_token: '$historyPage',
  }),
  get('history, a page of exactly all', 'metrics/get-history', { run_id: '$log1', metric_key: 'loss', max_results: 5 }),
  get('history, a page of text', 'metrics/get-history', { run_id: '$log1', metric_key: 'loss', max_results: 'all' }),
  get('history, a page of 0', 'metrics/get-history', { run_id: '$log1', metric_key: 'loss', max_results: 0 }),
  get('history, a page of -1', 'metrics/get-history', { run_id: '$log1', metric_key: 'loss', max_results: -1 }),
  get('history, a page of 50001', 'metrics/get-history', { run_id: '$log1', metric_key: 'loss', max_results: 50_001 }),
  get('history, a token that is none', 'metrics/get-history', {
    run_id: '$log1',
    metric_key: 'loss',
    max_results: 2,
    page_token: 'nonsense',
  }),
];

const bulk = '/ajax-api/2.0/mlflow/metrics/get-history-bulk';
const interval = '/ajax-api/2.0/mlflow/metrics/get-history-bulk-interval';

const histories: readonly Exchange[] = [
  get('bulk', bulk, { run_id: ['$log1', '$log2'], metric_key: 'loss' }),
  get('bulk with a limit', bulk, { run_id: ['$log1'], metric_key: 'loss', max_results: 2 }),
  get('bulk of nothing', bulk, { run_id: ['$log1'], metric_key: 'nobody' }),
  get('bulk without a run', bulk, { metric_key: 'loss' }),
  get('bulk without a key', bulk, { run_id: ['$log1'] }),
  get(
    'bulk of 101 runs',
    bulk,
    { run_id: Array<string>(101).fill('$log1'), metric_key: 'loss' },
    { says: ['GetMetricHistoryBulk request cannot specify more than'] },
  ),
  get('bulk of a run that is not there', bulk, { run_id: [long(32, 'a')], metric_key: 'loss' }),
  get('interval', interval, { run_ids: ['$log1', '$log2'], metric_key: 'loss' }),
  get('interval of steps', interval, { run_ids: ['$log1'], metric_key: 'loss', start_step: 1, end_step: 2 }),
  get('interval with one end', interval, { run_ids: ['$log1'], metric_key: 'loss', start_step: 1 }),
  get('interval turned round', interval, { run_ids: ['$log1'], metric_key: 'loss', start_step: 2, end_step: 1 }),
  get('interval with a limit', interval, { run_ids: ['$log1'], metric_key: 'loss', max_results: 1 }),
  get('interval with a limit of 0', interval, { run_ids: ['$log1'], metric_key: 'loss', max_results: 0 }),
  get('interval with a limit of 2501', interval, { run_ids: ['$log1'], metric_key: 'loss', max_results: 2501 }),
  get('interval with a limit of text', interval, { run_ids: ['$log1'], metric_key: 'loss', max_results: 'all' }),
  get('interval without runs', interval, { metric_key: 'loss' }),
  get('interval without a key', interval, { run_ids: ['$log1'] }),
  get(
    'interval of 101 runs',
    interval,
    { run_ids: Array<string>(101).fill('$log1'), metric_key: 'loss' },
    { says: ['GetMetricHistoryBulkInterval request must specify at most'] },
  ),
  get('interval of a run that is not there', interval, { run_ids: [long(32, 'a')], metric_key: 'loss' }),
  get('interval of a step of text', interval, {
    run_ids: ['$log1'],
    metric_key: 'loss',
    start_step: 'a',
    end_step: 'b',
  }),
];

const param = (name: string, message: { readonly [field: string]: Json }, says: readonly string[] = []) =>
  post(`param ${name}`, 'runs/log-parameter', { run_id: '$log1', ...message }, { says });

const params: readonly Exchange[] = [
  param('once', { key: 'lr', value: '0.1' }),
  param('with the same value', { key: 'lr', value: '0.1' }),
  param('with another value', { key: 'lr', value: '0.2' }, [
    "Changing param values is not allowed. Param with key='lr'",
  ]),
  param('with empty text', { key: 'emptytext', value: '' }),
  param('without a value', { key: 'novalue' }),
  param('of a number', { key: 'n', value: 5 }),
  param('without a key', { value: 'x' }),
  param('of 6000 characters', { key: 'long', value: long(6000) }),
  param('of 6001 characters', { key: 'longer', value: long(6001) }),
  param('of 6000 wide characters', { key: 'wide', value: long(6000, '🐍') }),
  param('with a key of 251 characters', { key: long(251), value: 'x' }),
  param('with a key that climbs', { key: '..', value: 'x' }),
  param('with a forbidden sign', { key: 'a=b', value: 'x' }),
  post('param of a run that is not there', 'runs/log-parameter', { run_id: long(32, 'a'), key: 'x', value: '1' }),
];

const tag = (name: string, message: { readonly [field: string]: Json }) =>
  post(`tag ${name}`, 'runs/set-tag', { run_id: '$log1', ...message });

const tags: readonly Exchange[] = [
  tag('once', { key: 't', value: '1' }),
  tag('again', { key: 't', value: '2' }),
  tag('of empty text', { key: 'empty', value: '' }),
  tag('without a value', { key: 'novalue' }),
  tag('without a key', { value: 'x' }),
  tag('of 8000 characters', { key: 'long', value: long(8000) }),
  tag('of 8001 characters', { key: 'longer', value: long(8001) }),
  tag('with a key of 251 characters', { key: long(251), value: 'x' }),
  tag('with a key that climbs', { key: 'a/../../b', value: 'x' }),
  tag('of a number', { key: 'n', value: 5 }),
  tag('of the user', { key: 'mlflow.user', value: 'bob' }),
  post('tag of a run that is not there', 'runs/set-tag', { run_id: long(32, 'a'), key: 'x', value: '1' }),
  post('tag deleted', 'runs/delete-tag', { run_id: '$log1', key: 'empty' }),
  post('tag deleted twice', 'runs/delete-tag', { run_id: '$log1', key: 'empty' }),
  post('tag deleted without a key', 'runs/delete-tag', { run_id: '$log1' }),
  post('tag deleted of a run that is not there', 'runs/delete-tag', { run_id: long(32, 'a'), key: 't' }),
  get('the run after it', 'runs/get', { run_id: '$log1' }),
];

const point = (step: number) => ({ key: 'curve', value: step, timestamp: 1000 + step, step });
const batch = (name: string, message: { readonly [field: string]: Json }, says: readonly string[] = []) =>
  post(`batch ${name}`, 'runs/log-batch', { run_id: '$log2', ...message }, { says });

const batches: readonly Exchange[] = [
  batch('of all kinds', {
    metrics: [point(0), point(1)],
    params: [{ key: 'p', value: '1' }],
    tags: [{ key: 't', value: '1' }],
  }),
  batch('of nothing', {}),
  batch('of empty lists', { metrics: [], params: [], tags: [] }),
  batch('of 1000 metrics', { metrics: Array.from({ length: 1000 }, (_, step) => point(step)) }),
  batch('of 1001 metrics', { metrics: Array.from({ length: 1001 }, (_, step) => point(step)) }),
  batch('of 100 params', { params: Array.from({ length: 100 }, (_, index) => ({ key: `p${index}`, value: '1' })) }),
  batch('of 101 params', { params: Array.from({ length: 101 }, (_, index) => ({ key: `p${index}`, value: '1' })) }),
  batch('of 101 tags', { tags: Array.from({ length: 101 }, (_, index) => ({ key: `t${index}`, value: '1' })) }),
  batch('of 1000 metrics and a param', {
    metrics: Array.from({ length: 1000 }, (_, step) => point(step)),
    params: [{ key: 'over', value: '1' }],
  }),
  batch('with a param twice', {
    params: [
      { key: 'd', value: '1' },
      { key: 'd', value: '1' },
    ],
  }),
  batch('with a param twice, differently', {
    params: [
      { key: 'd', value: '1' },
      { key: 'd', value: '2' },
    ],
  }),
  batch('with a tag twice', {
    tags: [
      { key: 'd', value: '1' },
      { key: 'd', value: '2' },
    ],
  }),
  batch('with a metric twice', { metrics: [point(5), point(5)] }),
  batch('with a metric without a key', { metrics: [point(0), { value: 1, timestamp: 1 }] }, [
    "Missing value for required parameter 'metrics[1].key'",
  ]),
  batch('with a metric without a value', { metrics: [{ key: 'v', timestamp: 1 }] }, ['metrics[0].value']),
  batch('with a metric without a time', { metrics: [{ key: 'v', value: 1 }] }, ['metrics[0].timestamp']),
  aside('batch with a metric at a time of text', 'log-batch', { metrics: [{ key: 'v', value: 1, timestamp: 'x' }] }, [
    'metrics[0].timestamp',
  ]),
  aside('batch with a metric of text', 'log-batch', { metrics: [{ key: 'v', value: 'x', timestamp: 1 }] }, [
    'metrics[0].value',
  ]),
  batch('with a metric of null', { metrics: [{ key: 'v', value: null, timestamp: 1 }] }, ['metrics[0].value']),
  aside(
    'batch with a metric at a step of text',
    'log-batch',
    { metrics: [{ key: 'v', value: 1, timestamp: 1, step: 'x' }] },
    ['metrics[0].step'],
  ),
  batch('with a param without a key', { params: [{ value: '1' }] }, ['params[0].key']),
  batch('with a param without a value', { params: [{ key: 'pnovalue' }] }),
  aside('batch with a param of a number', 'log-batch', { params: [{ key: 'pn', value: 1 }] }, ['params[0].value']),
  batch('with a param of 6001 characters', { params: [{ key: 'plong', value: long(6001) }] }),
  batch('with a tag without a key', { tags: [{ value: '1' }] }, ['tags[0].key']),
  batch('with a tag of 251 characters', { tags: [{ key: long(251), value: '1' }] }),
  batch('with a metric that climbs', { metrics: [{ key: '../a', value: 1, timestamp: 1 }] }, ['metrics[0].name']),
  batch('with a metric of a number', { metrics: [5] }),
  batch('with metrics that are no list', { metrics: { key: 'v', value: 1, timestamp: 1 } }),
  batch('with metrics of text', { metrics: 'loss' }),
  batch('with a changed param', {
    metrics: [{ key: 'with', value: 1, timestamp: 1 }],
    params: [{ key: 'p', value: '2' }],
    tags: [{ key: 'with', value: '1' }],
  }),
  post('batch without a run', 'runs/log-batch', { metrics: [point(0)] }),
  post('batch of a run that is not there', 'runs/log-batch', { run_id: long(32, 'a'), metrics: [point(0)] }),
  post('batch of a run that climbs', 'runs/log-batch', { run_id: '../a', metrics: [point(0)] }),
  get('the run after batches', 'runs/get', { run_id: '$log2' }),
  get('a page of a long history', 'metrics/get-history', { run_id: '$log2', metric_key: 'curve', max_results: 3 }),
  get('a sample of a long history', interval, { run_ids: ['$log2'], metric_key: 'curve', max_results: 10 }),
  get('a sample of some steps of it', interval, {
    run_ids: ['$log2'],
    metric_key: 'curve',
    max_results: 5,
    start_step: 100,
    end_step: 200,
  }),
];

export const logging: readonly Exchange[] = [
  ...preparation,
  ...metrics,
  ...history,
  ...histories,
  ...params,
  ...tags,
  ...batches,
];
