import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { END, id, type Served, START, sendSpans, traceMessage } from './fixtures.testing.ts';

type Message = Readonly<Record<string, unknown>>;

/** Calls of the protocol, as the wire's own tests make them. */
export interface Calls {
  mlflow(
    served: Served,
    method: 'GET' | 'POST' | 'PATCH' | 'DELETE',
    path: string,
    message?: Message,
  ): Promise<{ readonly status: number; readonly body: Record<string, unknown> }>;
  /** POST that must succeed. */
  post(served: Served, path: string, message?: Message): Promise<Record<string, unknown>>;
}

interface Room {
  application: Served & AsyncDisposable;
  readonly calls: Calls;
  /** Experiment of the searches. */
  experimentId: string;
}

/** Behaviour of traces that every store shares. */
export function tracingSuite(engine: string, calls: Calls, start: () => Promise<Served & AsyncDisposable>): void {
  describe(`traces on ${engine}`, () => {
    const room = { experimentId: '0', calls } as Room;
    beforeAll(async () => {
      room.application = await start();
    });
    afterAll(() => room.application?.[Symbol.asyncDispose]());
    keepingSuite(room);
    searchingSuite(room);
    countingSuite(room);
    assessmentSuite(room);
  });
}

function valueAt(value: unknown, ...path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>((found, step) => Reflect.get(Object(found), step), value);
}

function textAt(value: unknown, ...path: readonly string[]): string {
  return String(valueAt(value, ...path));
}

async function search(room: Room, filter: string, more: Readonly<Record<string, unknown>> = {}) {
  const locations = [{ type: 'MLFLOW_EXPERIMENT', mlflow_experiment: { experiment_id: room.experimentId } }];
  return room.calls.post(room.application, 'traces/search', { locations, filter, ...more });
}

async function searchTraceIds(
  room: Room,
  filter: string,
  more: Readonly<Record<string, unknown>> = {},
): Promise<string[]> {
  const { traces = [] } = await search(room, filter, more);
  return Array.isArray(traces) ? traces.map((trace) => textAt(trace, 'trace_id')) : [];
}

/** All traces of a filter, one a page. */
async function listPages(room: Room, filter: string, orderBy: readonly string[] = []): Promise<string[]> {
  const pages: string[] = [];
  let token: unknown;
  do {
    const page = await search(room, filter, { order_by: orderBy, max_results: 1, page_token: token });
    pages.push(textAt(page, 'traces', '0', 'trace_id'));
    token = page.next_page_token;
  } while (token !== undefined);
  return pages;
}

function keepingSuite(room: Room): void {
  it('keeps what a client says of a trace, and its spans before or after', async () => {
    const traceId = `tr-${id('a', 32)}`;
    const spans = [
      { traceId: id('a', 32), spanId: id('2', 16), parentSpanId: id('1', 16), name: 'call' },
      { traceId: id('a', 32), spanId: id('1', 16), name: 'root', attributes: { 'mlflow.spanInputs': { q: 'Hi' } } },
    ];
    await sendSpans(room.application, spans.slice(0, 1));
    const metadata = { 'mlflow.trace.sizeStats': '{"num_spans": 2}' };
    await room.calls.post(
      room.application,
      'traces',
      traceMessage(traceId, { tags: { env: 'prod' }, trace_metadata: metadata }),
    );
    expect(await room.calls.mlflow(room.application, 'GET', 'traces/get', { trace_id: traceId })).toMatchObject({
      status: 404,
    });
    await sendSpans(room.application, spans);
    const { body } = await room.calls.mlflow(room.application, 'GET', 'traces/get', { trace_id: traceId });
    expect(valueAt(body, 'trace', 'trace_info')).toMatchObject({
      trace_id: traceId,
      request_time: '2026-11-24T10:00:00.250Z',
      execution_duration: '1.500s',
      state: 'OK',
      request_preview: '{"q":"Hi"}',
      tags: { env: 'prod', 'mlflow.trace.spansLocation': 'TRACKING_STORE', 'mlflow.traceName': 'root' },
    });
    expect(valueAt(body, 'trace', 'spans')).toMatchObject([
      { name: 'root', span_id: 'ERERERERERE=', status: { code: 'STATUS_CODE_OK' } },
      { name: 'call', parent_span_id: 'ERERERERERE=' },
    ]);
  });

  it('writes nanoseconds with all their digits', async () => {
    const answer = await room.application.http.inject({
      url: `/api/3.0/mlflow/traces/batchGet?trace_ids=tr-${id('a', 32)}&trace_ids=tr-none`,
      headers: { host: 'localhost' },
    });
    expect(answer.body).toContain(`"start_time_unix_nano":${START},"end_time_unix_nano":${END}`);
  });

  it('takes the state and the times of a trace from its spans until a client has said them', async () => {
    const traceId = id('b', 32);
    await sendSpans(room.application, [
      { traceId, spanId: id('2', 16), parentSpanId: id('1', 16), start: '2000000000', end: '3000000000' },
    ]);
    const info = async () =>
      valueAt((await room.calls.mlflow(room.application, 'GET', `traces/tr-${traceId}`)).body, 'trace', 'trace_info');
    expect(await info()).toMatchObject({ state: 'IN_PROGRESS', request_time: '1970-01-01T00:00:02Z' });
    await sendSpans(room.application, [
      { traceId, spanId: id('1', 16), start: '1000000000', end: '5500000000', status: 2 },
    ]);
    const whole = { state: 'ERROR', request_time: '1970-01-01T00:00:01Z', execution_duration: '4.500s' };
    expect(await info()).toMatchObject(whole);
  });
}

const [three, four, five] = ['3', '4', '5'].map((digit) => `tr-${id(digit, 32)}`);
const CASES: readonly (readonly [string, readonly (string | undefined)[]])[] = [
  ['', [five, four, three]],
  ["status = 'OK'", [five, three]],
  ["name RLIKE '^trace [01]$'", [four, three]],
  ["tags.env RLIKE '[pP]rod' AND span.attributes.color RLIKE 'blue|green'", [five]],
  ["metadata.`mlflow.trace.session` RLIKE 's+' AND status = 'ERROR'", [four]],
  ["feedback.good RLIKE '^y' AND run_id RLIKE 'run'", [five]],
  ["attributes.status != 'OK'", [four]],
  ["trace.status IN ('ERROR', 'IN_PROGRESS')", [four]],
  ['timestamp_ms > 1795305600000', [five]],
  ['execution_time_ms >= 1000 AND execution_time < 2000', [four]],
  ["name = 'trace 1'", [four]],
  ["name LIKE 'trace %' AND client_request_id ILIKE '%REQUEST 0'", [three]],
  ["tags.env = 'prod'", [three]],
  ["tag.env ILIKE 'PROD'", [five, three]],
  ["tags.`with space` = 'x' AND tags.none IS NULL", [five, four, three]],
  ['tags.none IS NOT NULL', []],
  ["metadata.`mlflow.trace.session` = 's' AND request_metadata.x IS NULL", [five, four, three]],
  ["run_id = 'run2'", [five]],
  ['run_id IS NOT NULL', [five, four, three]],
  ['run_id IS NULL', []],
  ["span.name = 'step 1'", [four]],
  ["span.type = 'LLM' AND span.status = 'OK' AND span.name LIKE '%2'", [five]],
  ["span.attributes.color = 'red%'", [three]],
  ["span.attributes.color != 'red%'", [five, four]],
  ["span.attributes.color LIKE 'r_d%'", [three]],
  ["span.attributes.color LIKE 'l%'", []],
  ["span.attributes.n = '1'", [four]],
  ["span.attributes.n IN ('0', '2') AND span.attributes.ok = 'true'", [five, three]],
  ["trace.text LIKE '%blue%' AND text ILIKE '%STEP 2%'", [five]],
  ["trace.text LIKE '%value%'", []],
  ["trace.text LIKE '%attributes%' AND trace.text LIKE '%key%'", []],
  ['feedback.good > 0.25', [four]],
  ["feedback.good = 'yes'", [five]],
  ['feedback.good = 0.5', [four]],
  ['feedback.other IS NULL', [five, four, three]],
  ['expectation.good IS NOT NULL', []],
];

/** The traces that the cases speak of. */
async function addSearched(room: Room): Promise<void> {
  room.experimentId = textAt(
    await room.calls.post(room.application, 'experiments/create', { name: 'searched' }),
    'experiment_id',
  );
  const location = { trace_location: { mlflow_experiment: { experiment_id: room.experimentId } } };
  for (const [index, env] of ['prod', 'test', 'Prod'].entries()) {
    const traceId = `tr-${id(String(index + 3), 32)}`;
    await sendSpans(room.application, [
      {
        traceId: id(String(index + 3), 32),
        spanId: id('1', 16),
        name: `step ${index}`,
        attributes: { n: index, color: index === 0 ? 'red%' : 'blue', 'mlflow.spanType': 'LLM', ok: true },
      },
    ]);
    await room.calls.post(
      room.application,
      'traces',
      traceMessage(traceId, {
        ...location,
        request_time: `2026-11-2${index + 1}T00:00:00Z`,
        execution_duration: `${index}s`,
        state: index === 1 ? 'ERROR' : 'OK',
        client_request_id: `request ${index}`,
        tags: { env, 'mlflow.traceName': `trace ${index}`, 'with space': 'x' },
        trace_metadata: { 'mlflow.sourceRun': `run${index}`, 'mlflow.trace.session': 's' },
      }),
    );
    const value = index === 2 ? 'yes' : index / 2;
    const assessment = { assessment_name: 'good', source: { source_type: 'HUMAN' }, feedback: { value } };
    await room.calls.post(room.application, `traces/${traceId}/assessments`, { assessment });
  }
}

function searchingSuite(room: Room): void {
  it('searches with every form of the grammar', async () => {
    await addSearched(room);
    for (const [filter, expected] of CASES)
      expect([filter, await searchTraceIds(room, filter)]).toEqual([filter, expected]);
  });

  it('orders and pages by key, and refuses the token of another search', async () => {
    const all = await searchTraceIds(room, '', { order_by: ['execution_time_ms ASC'] });
    expect(await searchTraceIds(room, '', { order_by: ['tags.env DESC'] })).toHaveLength(3);
    expect(await searchTraceIds(room, '', { order_by: ['experiment_id', 'execution_time_ms ASC'] })).toEqual(all);
    expect(await listPages(room, '', ['execution_time_ms ASC'])).toEqual(all);
    expect(await listPages(room, "name RLIKE '^trace [02]'")).toEqual(await searchTraceIds(room, "name != 'trace 1'"));
    const first = await search(room, '', { max_results: 1 });
    const locations = [{ mlflow_experiment: { experiment_id: room.experimentId } }];
    const other = { locations, filter: "status = 'OK'", page_token: first.next_page_token };
    expect(await room.calls.mlflow(room.application, 'POST', 'traces/search', other)).toMatchObject({ status: 400 });
  });

  it('says how two filters go together', async () => {
    const filters = { filter_string1: "status = 'OK'", filter_string2: "tags.env ILIKE 'prod'" };
    const message = { experiment_ids: [room.experimentId], ...filters };
    expect(await room.calls.post(room.application, 'traces/calculate-filter-correlation', message)).toMatchObject({
      npmi: 1,
      filter1_count: 2,
      filter2_count: 2,
      joint_count: 2,
      total_count: 3,
    });
  });

  it('deletes by id, or the oldest up to an instant', async () => {
    const remove = (message: Readonly<Record<string, unknown>>) =>
      room.calls.post(room.application, 'traces/delete-traces', { experiment_id: room.experimentId, ...message });
    expect(await remove({ request_ids: ['tr-none'] })).toEqual({ traces_deleted: 0 });
    const upTo = Date.parse('2026-11-22T00:00:00Z');
    expect(await remove({ max_timestamp_millis: upTo, max_traces: 1 })).toEqual({ traces_deleted: 1 });
    expect(await searchTraceIds(room, '')).toEqual([`tr-${id('5', 32)}`, `tr-${id('4', 32)}`]);
    expect(await remove({ request_ids: [`tr-${id('5', 32)}`, `tr-${id('4', 32)}`] })).toEqual({ traces_deleted: 2 });
    const rest = await room.calls.mlflow(room.application, 'GET', 'traces/batchGet', {
      trace_ids: `tr-${id('4', 32)}`,
    });
    expect(rest.body).toEqual({ traces: [] });
  });
}

function countingSuite(room: Room): void {
  it('counts tokens right when the spans of a trace come all at once', async () => {
    const traceId = id('c', 32);
    const usage = (input: number) => ({ 'gen_ai.usage.input_tokens': input, 'gen_ai.request.model': 'gpt-4o' });
    const calls = Array.from({ length: 8 }, (_, index) => ({
      traceId,
      spanId: id(String(index + 2), 16),
      parentSpanId: id('1', 16),
      attributes: usage(10),
    }));
    const agent = { traceId, spanId: id('1', 16), attributes: usage(85) };
    await Promise.all([...calls, agent].map((span) => sendSpans(room.application, [span])));
    const url = `/api/v1/traces/tr-${traceId}`;
    const trace = (await room.application.http.inject({ url, headers: { host: 'localhost' } })).json();
    expect(valueAt(trace, 'tokens', 'inputTokens')).toBe(85);
    expect(valueAt(trace, 'spans', 0, 'tokens', 'inputTokens')).toBe(5);
    expect(valueAt(trace, 'metadata', 'mlflow.trace.tokenUsage')).toContain('"input_tokens":85');
  });

  it('speaks the protocol of MLflow 2', async () => {
    const pairs = (key: string) => [{ key, value: '1' }];
    const started = await room.calls.post(room.application, 'traces', {
      experiment_id: '0',
      timestamp_ms: 1_000,
      request_metadata: pairs('m'),
      tags: pairs('t'),
    });
    const requestId = textAt(started, 'trace_info', 'request_id');
    const ended = await room.calls.mlflow(room.application, 'PATCH', `traces/${requestId}`, {
      timestamp_ms: 3_500,
      status: 'OK',
      request_metadata: pairs('m2'),
      tags: pairs('t2'),
    });
    expect(ended.body).toMatchObject({ trace_info: { execution_time_ms: 2_500, status: 'OK', experiment_id: '0' } });
    const { body } = await room.calls.mlflow(room.application, 'GET', `traces/${requestId}/info`);
    expect(valueAt(body, 'trace_info', 'request_metadata')).toEqual([...pairs('m'), ...pairs('m2')]);
    const listed = await room.calls.mlflow(room.application, 'GET', 'traces', {
      experiment_ids: '0',
      filter: "tags.t2 = '1'",
    });
    expect(listed.body).toMatchObject({ traces: [{ request_id: requestId }] });
  });
}

function assessmentSuite(room: Room): void {
  it('changes, overrides and deletes assessments', async () => {
    const traceId = 'tr-judged';
    await room.calls.post(room.application, 'traces', traceMessage(traceId));
    const path = `traces/${traceId}/assessments`;
    const assessment = { assessment_name: 'judged', source: { source_type: 'LLM_JUDGE' }, feedback: { value: 0.5 } };
    const first = textAt(await room.calls.post(room.application, path, { assessment }), 'assessment', 'assessment_id');
    const change = {
      assessment: { feedback: { value: 0.9 }, rationale: 'better', metadata: { a: '1' } },
      update_mask: 'feedback,rationale,metadata',
    };
    expect((await room.calls.mlflow(room.application, 'PATCH', `${path}/${first}`, change)).body).toMatchObject({
      assessment: { assessment_name: 'judged', feedback: { value: 0.9 }, rationale: 'better', metadata: { a: '1' } },
    });
    expect(
      await room.calls.mlflow(room.application, 'PATCH', `${path}/${first}`, {
        assessment: { expectation: { value: 1 } },
        update_mask: 'expectation',
      }),
    ).toMatchObject({ status: 400 });
    const second = await room.calls.post(room.application, path, { assessment: { ...assessment, overrides: first } });
    const validity = async () =>
      valueAt((await room.calls.mlflow(room.application, 'GET', `${path}/${first}`)).body, 'assessment', 'valid');
    expect(await validity()).toBe(false);
    await room.calls.mlflow(room.application, 'DELETE', `${path}/${textAt(second, 'assessment', 'assessment_id')}`);
    expect(await validity()).toBe(true);
  });

  it('lists judgements of one moment in the order in which they came', async () => {
    const traceId = 'tr-ordered';
    await room.calls.post(room.application, 'traces', traceMessage(traceId));
    const names = Array.from({ length: 12 }, (_, at) => `judgement ${at}`);
    for (const assessment_name of names) {
      const assessment = { assessment_name, feedback: { value: true }, create_time: '2026-01-01T00:00:00Z' };
      await room.calls.post(room.application, `traces/${traceId}/assessments`, { assessment });
    }
    const { body } = await room.calls.mlflow(room.application, 'GET', `traces/${traceId}`);
    const listed = valueAt(body, 'trace', 'trace_info', 'assessments');
    expect(Array.isArray(listed) && listed.map((item) => textAt(item, 'assessment_name'))).toEqual(names);
  });

  it('keeps an expectation of more than one value as JSON text, however it came, and finds it by a pattern', async () => {
    const traceId = 'tr-expected';
    await room.calls.post(room.application, 'traces', traceMessage(traceId));
    const expected = async (assessment_name: string, expectation: object) => {
      const assessment = { assessment_name, expectation, source: { source_type: 'HUMAN' } };
      const url = `traces/${traceId}/assessments`;
      const { status, body } = await room.calls.mlflow(room.application, 'POST', url, { assessment });
      return status === 200 ? valueAt(body, 'assessment', 'expectation') : status;
    };
    const json = (value: string) => ({ serialized_value: { serialization_format: 'JSON_FORMAT', value } });
    expect(await expected('limits', { value: { ms: 1000 } })).toEqual(json('{"ms":1000}'));
    expect(await expected('list', json('[1, 2]'))).toEqual(json('[1,2]'));
    expect(await expected('text', json('"a"'))).toEqual({ value: 'a' });
    expect(await expected('format', { serialized_value: { serialization_format: 'XML', value: '1' } })).toBe(400);
    expect(await expected('broken', json('{'))).toBe(400);
    expect(await expected('nothing', {})).toBe(400);
    expect(await expected('null', { value: null })).toBe(400);
    const found = await room.calls.post(room.application, 'traces/search', {
      locations: [{ type: 'MLFLOW_EXPERIMENT', mlflow_experiment: { experiment_id: '0' } }],
      filter: "expectation.limits RLIKE '1000'",
    });
    expect(found).toMatchObject({ traces: [{ trace_id: traceId }] });
  });
}
