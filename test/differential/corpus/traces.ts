import { type Exchange, type Json, long, requestsAbout } from '../exchange.ts';

const { get, post, patch, remove } = requestsAbout('traces');

const TRACES = '/api/3.0/mlflow/traces';
type Message = { readonly [field: string]: Json };

const located = (experiment_id: string) => ({ type: 'MLFLOW_EXPERIMENT', mlflow_experiment: { experiment_id } });

/** A trace with an id that both servers keep, in the searched experiment or in one that no exchange searches. */
const trace = (name: string, trace_id: string, info: Message = {}, experiment = '$traceExp') =>
  post(name, TRACES, {
    trace: {
      trace_info: {
        trace_id,
        trace_location: located(experiment),
        request_time: '2025-01-01T00:00:00Z',
        state: 'OK',
        trace_metadata: { m: trace_id },
        ...info,
      },
    },
  });

const aside = (name: string, trace_id: string, info: Message = {}) => trace(name, trace_id, info, '$traceAside');

const search = (name: string, message: Message) =>
  post(name, `${TRACES}/search`, { locations: [located('$traceExp')], ...message });

const reports: readonly Exchange[] = [
  post('an experiment for it', 'experiments/create', { name: 'traces' }, { keep: { traceExp: 'experiment_id' } }),
  post('another aside', 'experiments/create', { name: 'traces aside' }, { keep: { traceAside: 'experiment_id' } }),
  trace('report', 'tr-a', {
    request_time: '2025-01-01T00:00:01Z',
    execution_duration: '1.5s',
    tags: { t: '1', 'mlflow.traceName': 'first', 'größe 練習/a': 'ü' },
    request_preview: 'hello',
    response_preview: 'bye',
    client_request_id: 'c-1',
  }),
  trace('report an error', 'tr-b', {
    request_time: '2025-01-01T00:00:02.250Z',
    execution_duration: '0.001s',
    state: 'ERROR',
    tags: { t: '2', 'mlflow.traceName': 'second' },
    trace_metadata: { m: '2', 'mlflow.sourceRun': 'r1' },
  }),
  trace('report one in progress', 'tr-c', { request_time: '2025-01-01T00:00:03Z', state: 'IN_PROGRESS' }),
  trace('report again with another tag', 'tr-a', {
    request_time: '2025-01-01T00:00:01Z',
    execution_duration: '2s',
    tags: { t: '9' },
  }),
  aside('report without an id', ''),
  aside('report with an id that is a path', 'a b/c'),
  aside('report at a time of text', 'tr-time', { request_time: 'yesterday' }),
  aside('report of a duration of text', 'tr-duration', { execution_duration: 'long' }),
  aside('report in a state that is none', 'tr-state', { state: 'DONE' }),
  aside('report in no state', 'tr-unspecified', { state: 'STATE_UNSPECIFIED' }),
  aside('report a tag of a number', 'tr-number', { tags: { k: 5 } }),
  aside('report a tag of 8001 characters', 'tr-long', { tags: { k: long(8001) } }),
  trace('report to an experiment that is not there', 'tr-nowhere', {}, '4711'),
  post('report without a location', TRACES, {
    trace: { trace_info: { trace_id: 'tr-lost', request_time: '2025-01-01T00:00:00Z', state: 'OK' } },
  }),
  post('report nothing', TRACES, {}),
  get('get', `${TRACES}/tr-a`),
  get('get one that failed', `${TRACES}/tr-b`),
  get('get one that is not there', `${TRACES}/tr-none`),
  get('get without spans', `${TRACES}/get`, { trace_id: 'tr-a' }),
  get('get with spans of none', `${TRACES}/get`, { trace_id: 'tr-none' }),
  get('get with spans without an id', `${TRACES}/get`),
  get('get a batch of none', `${TRACES}/batchGet`),
];

const filters: readonly string[] = [
  '',
  ...["tags.t = '2'", "tag.t = '2'", "tags.`t` = '2'", 'tags."t" = "2"', "tags.t != '2'", "tags.t LIKE '%'"],
  ...["tags.t ILIKE '2'", "tags.t IN ('2')", 'tags.t IS NULL', 'tags.t IS NOT NULL', "tags.t > '1'", 'tags.t = 2'],
  ...["tags.t RLIKE '[0-9]'", "tags.t RLIKE '('", "tags.`größe 練習/a` = 'ü'", "tags.t = '2' AND status = 'ERROR'"],
  ...["metadata.m = '2'", "request_metadata.m = '2'", 'metadata.m IS NULL', "trace.metadata.m = '2'"],
  ...["name = 'first'", "trace.name LIKE 'f%'", "name IN ('first')", 'name IS NULL', "name RLIKE '^f'"],
  ...["status = 'OK'", "trace.status != 'OK'", "status IN ('OK', 'ERROR')", "status = 'ok'", "status LIKE 'O%'"],
  ...["state = 'OK'", "status > 'A'"],
  ...['timestamp > 0', 'trace.timestamp_ms > 1735689602000', 'timestamp IN (1, 2)', "timestamp = 'x'", 'end_time > 0'],
  ...['execution_time > 1', 'execution_time_ms = 2000', "execution_time = '2000'"],
  ...["trace_id = 'tr-a'", "request_id = 'tr-a'", "trace.request_id IN ('tr-a', 'tr-b')", "client_request_id = 'c-1'"],
  ...["run_id = 'r1'", 'run_id IS NULL', 'run_id IS NOT NULL', "metadata.`mlflow.sourceRun` = 'r1'"],
  ...["span.name = 'x'", "span.attributes.a LIKE '%b%'", 'span.name IS NULL', "trace.text LIKE '%x%'", "text = 'x'"],
  ...["feedback.f = '1'", 'feedback.f > 1', 'feedback.f IS NULL', "expectation.f = 'x'", "assessment.f = 'x'"],
  ...["prompt = 'a/1'", "prompt = 'a'", "issue.id = 'x'"],
  ...["tags.t = '2' AND", "tags.t = '2' OR status = 'OK'", "(tags.t = '2')", "tags.t = '2' tags.t = '1'", 'tags.t ='],
  ...["nonexistent = 'x'", "nonexistent.x = 'x'", 'tags.t', "= 'x'"],
];

const orders: readonly (readonly string[])[] = [
  ...[['timestamp'], ['timestamp_ms DESC'], ['trace.timestamp DESC'], ['execution_time'], ['status', 'timestamp']],
  ...[['name'], ['tags.t DESC'], ['metadata.m'], ['request_id'], ['trace_id'], ['run_id'], ['nobody'], ['']],
  ...[['timestamp ASC', 'timestamp DESC'], ['timestamp sideways'], ['span.name'], ['feedback.f']],
];

const searches: readonly Exchange[] = [
  search('all', {}),
  search('a page of 0', { max_results: 0 }),
  search('a page of -1', { max_results: -1 }),
  search('a page of 501', { max_results: 501 }),
  post(
    'first page',
    `${TRACES}/search`,
    { locations: [located('$traceExp')], max_results: 2 },
    { keep: { tracePage: 'next_page_token' } },
  ),
  search('second page', { max_results: 2, page_token: '$tracePage' }),
  search('a token that is none', { page_token: 'nonsense' }),
  post('search nowhere', `${TRACES}/search`, {}),
  post('search an empty list', `${TRACES}/search`, { locations: [] }),
  post('search an experiment that is not there', `${TRACES}/search`, { locations: [located('4711')] }),
  post('search an experiment that is no number', `${TRACES}/search`, { locations: [located('abc')] }),
  ...filters.map((filter) => search(`filter ${filter}`, { filter })),
  ...orders.map((order_by) => search(`order ${JSON.stringify(order_by)}`, { order_by })),
];

const tag = (name: string, id: string, message: Message) => patch(name, `${TRACES}/${id}/tags`, message);

const tags: readonly Exchange[] = [
  tag('set a tag', 'tr-a', { key: 'k', value: 'v' }),
  tag('set a tag without a value', 'tr-a', { key: 'empty' }),
  tag('set a tag without a key', 'tr-a', { value: 'v' }),
  tag('set a tag with a forbidden sign', 'tr-a', { key: 'a?', value: 'v' }),
  tag('set a tag of a key of 251 characters', 'tr-a', { key: long(251), value: 'v' }),
  tag('set a tag of none', 'tr-none', { key: 'k', value: 'v' }),
  patch('set a tag by the older path', 'traces/tr-a/tags', { key: 'old', value: 'v' }),
  get('with tags', `${TRACES}/tr-a`),
  remove('delete a tag', `${TRACES}/tr-a/tags`, { key: 'k' }),
  remove('delete a tag again', `${TRACES}/tr-a/tags`, { key: 'k' }),
  remove('delete a tag of none', `${TRACES}/tr-none/tags`, { key: 'k' }),
];

const judge = (name: string, assessment: Message, keep: Exchange['keep'] = {}, id = 'tr-b') =>
  post(
    name,
    `${TRACES}/${id}/assessments`,
    { assessment: { assessment_name: 'g', source: { source_type: 'HUMAN', source_id: 'me' }, ...assessment } },
    { keep },
  );
/**
 * Assesses a trace that no exchange reads, for assessments that only one of the servers stores, or that they store
 * differently.
 */
const judgeAside = (name: string, assessment: Message) => judge(name, assessment, {}, 'tr-unspecified');
const change = (name: string, message: Message, id = '$judged') =>
  patch(name, `${TRACES}/tr-b/assessments/${id}`, message);
const json = (value: string, serialization_format = 'JSON_FORMAT') => ({
  expectation: { serialized_value: { serialization_format, value } },
});

const judgements: readonly Exchange[] = [
  judge('judge', { feedback: { value: 1 } }, { judged: 'assessment.assessment_id' }),
  judge('judge with all', {
    feedback: { value: true },
    rationale: 'r',
    metadata: { a: 'b' },
    span_id: 's',
    source: { source_type: 'LLM_JUDGE', source_id: 'model' },
  }),
  judge('judge in NaN', { feedback: { value: 'NaN' } }),
  judge('judge by a list', { feedback: { value: [1.5, 'a', null] } }),
  judgeAside('judge twice over', { feedback: { value: 1 }, expectation: { value: 1 } }),
  judge('judge by nothing', {}),
  judgeAside('judge as a robot', { feedback: { value: 1 }, source: { source_type: 'ROBOT' } }),
  judgeAside('judge under a name of 251 characters', { assessment_name: long(251), feedback: { value: 1 } }),
  judge('expect a text', { expectation: { value: 'a' } }),
  judgeAside('expect an object', { expectation: { value: { a: 'b' } } }),
  judge('expect JSON', json('["a"]')),
  judge('expect a text of JSON', json('"a"')),
  judge('expect another format', json('1', 'XML')),
  judge('expect broken JSON', json('{')),
  judge('expect null', { expectation: { value: null } }),
  judge('expect nothing', { expectation: {} }),
  judge('override what is not there', { feedback: { value: 1 }, overrides: 'a-none' }),
  post('judge a trace that is not there', `${TRACES}/tr-none/assessments`, {
    assessment: { assessment_name: 'g', feedback: { value: 1 }, source: { source_type: 'HUMAN' } },
  }),
  get('get a judgement', `${TRACES}/tr-b/assessments/$judged`),
  get('get a judgement that is not there', `${TRACES}/tr-b/assessments/a-none`),
  change('change a judgement', { assessment: { feedback: { value: 2 } }, update_mask: 'feedback' }),
  change('rename a judgement', { assessment: { assessment_name: 'renamed' }, update_mask: 'assessmentName' }),
  change('change without a mask', { assessment: { feedback: { value: 3 } } }),
  change('change by a mask of nothing', { assessment: { feedback: { value: 3 } }, update_mask: 'nobody' }),
  change('change it to an expectation', { assessment: { expectation: { value: 3 } }, update_mask: 'expectation' }),
  change('change what is not there', { assessment: { rationale: 'x' }, update_mask: 'rationale' }, 'a-none'),
  search('by feedback', { filter: "feedback.g = 'true'" }),
  search('by feedback in numbers', { filter: 'feedback.renamed >= 2' }),
  search('by an expectation', { filter: "expectation.g LIKE '%a%'" }),
  remove('delete a judgement', `${TRACES}/tr-b/assessments/$judged`),
  remove('delete a judgement again', `${TRACES}/tr-b/assessments/$judged`),
  get('get a judgement that was deleted', `${TRACES}/tr-b/assessments/$judged`),
];

const links: readonly Exchange[] = [
  post('link to a run', 'traces/link-to-run', { trace_ids: ['tr-c'], run_id: 'r2' }),
  post('link 101', 'traces/link-to-run', { trace_ids: Array<string>(101).fill('tr-c'), run_id: 'r2' }),
  post('link none', 'traces/link-to-run', { trace_ids: [], run_id: 'r2' }),
  search('by a link', { filter: "run_id = 'r2'" }),
];

const deletions: readonly Exchange[] = [
  post('delete nothing', `${TRACES}/delete-traces`, {}),
  post('delete without a choice', `${TRACES}/delete-traces`, { experiment_id: '$traceExp' }),
  post('delete by time and by id', `${TRACES}/delete-traces`, {
    experiment_id: '$traceExp',
    max_timestamp_millis: 1,
    request_ids: ['tr-a'],
  }),
  post('delete one by id', `${TRACES}/delete-traces`, { experiment_id: '$traceExp', request_ids: ['tr-c', 'tr-none'] }),
  post('delete an empty list', `${TRACES}/delete-traces`, { experiment_id: '$traceExp', request_ids: [] }),
  post('delete no trace', `${TRACES}/delete-traces`, {
    experiment_id: '$traceExp',
    max_timestamp_millis: 1_735_689_700_000,
    max_traces: 0,
  }),
  post('delete the oldest', `${TRACES}/delete-traces`, {
    experiment_id: '$traceExp',
    max_timestamp_millis: 1_735_689_700_000,
    max_traces: 1,
  }),
  search('what is left', {}),
];

/** Explicit times are in the past, so that both servers order them alike. */
export const traces: readonly Exchange[] = [...reports, ...searches, ...tags, ...judgements, ...links, ...deletions];
