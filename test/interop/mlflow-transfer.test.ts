import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { main } from '../../cli/program.ts';
import { capturedIo, type ServedFolder, serveFolder } from '../../cli/testing.ts';
import { findMlflowPython, type MlflowServer, startMlflowServer } from '../support/mlflow-server.ts';

const python = findMlflowPython();

type Json = Record<string, unknown>;

/** One call of MLflow's REST interface, the same on both sides. */
async function ask(url: string, path: string, message?: object): Promise<Json> {
  const sent = message === undefined ? {} : { method: 'POST', body: JSON.stringify(message) };
  const answer = await fetch(`${url}/api/2.0/mlflow/${path}`, {
    ...sent,
    headers: { 'content-type': 'application/json' },
  });
  if (!answer.ok) throw new Error(`${path} answered ${answer.status}: ${await answer.text()}`);
  return Object(await answer.json());
}

function at(value: unknown, ...path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>((found, step) => Reflect.get(Object(found), step), value);
}

async function put(url: string, path: string, content: string): Promise<void> {
  const route = `${url}/api/2.0/mlflow-artifacts/artifacts/${path}`;
  const answer = await fetch(route, { method: 'PUT', body: content });
  if (!answer.ok) throw new Error(`${path} answered ${answer.status}`);
}

async function newRun(url: string, experimentId: string, name: string): Promise<string> {
  const tags = [{ key: 'note', value: name }];
  const { run } = await ask(url, 'runs/create', {
    experiment_id: experimentId,
    run_name: name,
    start_time: 1000,
    tags,
  });
  return String(at(run, 'info', 'run_id'));
}

async function fill(url: string, runId: string, experimentId: string): Promise<void> {
  const metrics = Array.from({ length: 900 }, (_, step) => ({
    key: 'loss',
    value: 1 / (step + 1),
    timestamp: step,
    step,
  }));
  const odd = ['NaN', 'Infinity', '-Infinity'].map((value) => ({
    key: value.slice(-3),
    value,
    timestamp: 5,
    step: -1,
  }));
  const params = [
    { key: 'lr', value: '0.1' },
    { key: 'empty', value: '' },
  ];
  await ask(url, 'runs/log-batch', { run_id: runId, metrics: [...metrics, ...odd], params, tags: [] });
  const dataset = { name: 'clicks', digest: 'd1', source_type: 'local', source: '{}', schema: '{"a":1}' };
  const tags = [{ key: 'mlflow.data.context', value: 'train' }];
  await ask(url, 'runs/log-inputs', { run_id: runId, datasets: [{ dataset, tags }] });
  await put(url, `${experimentId}/${runId}/artifacts/model/MLmodel`, 'flavors: {}\n');
  await put(url, `${experimentId}/${runId}/artifacts/notes/a%20b.txt`, 'hello');
}

/** What both sides must agree on. */
async function facts(url: string, runId: string): Promise<unknown> {
  const { run } = await ask(url, `runs/get?run_id=${runId}`);
  const history = await ask(url, `metrics/get-history?run_id=${runId}&metric_key=loss`);
  const sorted = (list: unknown) => (Array.isArray(list) ? list.map((item) => JSON.stringify(item)).toSorted() : []);
  const info = { ...Object(at(run, 'info')), artifact_uri: null, experiment_id: null };
  const data = ['metrics', 'params', 'tags'].map((part) => sorted(at(run, 'data', part)));
  return { info, data, inputs: at(run, 'inputs'), history: at(history, 'metrics') };
}

const TRACE = '53548b9a18a337f5121aeefffb999d6d';

/** A trace of two spans with feedback, as clients send it. */
async function newTrace(url: string, experimentId: string): Promise<void> {
  const span = (spanId: string, parentSpanId: string) => ({
    traceId: TRACE,
    spanId,
    ...(parentSpanId === '' ? {} : { parentSpanId }),
    name: `span ${spanId}`,
    startTimeUnixNano: '1795561177905818899',
    endTimeUnixNano: '1795561178166614051',
    attributes: [
      { key: 'mlflow.traceRequestId', value: { stringValue: JSON.stringify(`tr-${TRACE}`) } },
      { key: 'mlflow.spanType', value: { stringValue: '"LLM"' } },
    ],
    status: { code: 1 },
  });
  const spans = [span('7fcb28761f9c08ef', ''), span('0982f6dc77ab52f9', '7fcb28761f9c08ef')];
  await send(`${url}/v1/traces`, { resourceSpans: [{ scopeSpans: [{ spans }] }] }, experimentId);
  const location = { type: 'MLFLOW_EXPERIMENT', mlflow_experiment: { experiment_id: experimentId } };
  const info = {
    trace_id: `tr-${TRACE}`,
    trace_location: location,
    request_time: '2026-11-24T22:59:37.905Z',
    execution_duration: '0.260s',
    state: 'OK',
    trace_metadata: { 'mlflow.trace_schema.version': '3' },
    tags: { 'mlflow.traceName': 'answer', 'steelyard.team': 'search' },
  };
  await send(`${url}/api/3.0/mlflow/traces`, { trace: { trace_info: info } }, experimentId);
}

async function send(url: string, message: object, experimentId: string): Promise<void> {
  const headers = { 'content-type': 'application/json', 'x-mlflow-experiment-id': experimentId };
  const answer = await fetch(url, { method: 'POST', headers, body: JSON.stringify(message) });
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}: ${await answer.text()}`);
}

/** Spans and description of the trace, without what a server says of itself. */
async function traceFacts(url: string): Promise<unknown> {
  const answer = await fetch(`${url}/api/3.0/mlflow/traces/get?trace_id=tr-${TRACE}`);
  const { trace } = Object(await answer.json());
  const ids = (span: unknown) => [at(span, 'span_id'), at(span, 'parent_span_id'), at(span, 'name')];
  const spans = [at(trace, 'spans')].flat().map((span) => JSON.stringify(ids(span)));
  const info = at(trace, 'trace_info');
  const tags = { ...Object(at(info, 'tags')), 'mlflow.artifactLocation': null };
  return { spans: spans.toSorted(), tags, time: at(info, 'request_time'), state: at(info, 'state') };
}

describe('moving between MLflow’s own server and this one', () => {
  if (python === null) {
    it.skip('needs Python with mlflow');
    return;
  }
  const stack = new AsyncDisposableStack();
  let there: MlflowServer;
  let here: ServedFolder;
  let experimentId = '';
  const runs: string[] = [];

  beforeAll(async () => {
    there = stack.use(await startMlflowServer(python));
    here = stack.use(await serveFolder());
    const made = await ask(there.url, 'experiments/create', {
      name: 'churn "ü"',
      tags: [{ key: 'owner', value: 'ada' }],
    });
    experimentId = String(made.experiment_id);
    for (const name of ['a', 'b', 'c']) runs.push(await newRun(there.url, experimentId, name));
    for (const runId of runs.slice(0, 2)) await fill(there.url, runId, experimentId);
    await ask(there.url, 'runs/update', { run_id: runs[0], status: 'FINISHED', end_time: 5000 });
    await ask(there.url, 'runs/delete', { run_id: runs[1] });
    await ask(there.url, 'registered-models/create', { name: 'ranker', description: 'ranks' });
    for (const _ of [1, 2]) {
      const source = `mlflow-artifacts:/${experimentId}/${runs[0]}/artifacts/model`;
      await ask(there.url, 'model-versions/create', { name: 'ranker', source, run_id: runs[0] });
    }
    await ask(there.url, 'registered-models/alias', { name: 'ranker', alias: 'champion', version: '2' });
    await newTrace(there.url, experimentId);
  });
  afterAll(() => stack.disposeAsync());

  it('takes everything over with its ids, and nothing twice', async () => {
    const first = await here.run('mlflow', 'import', '--from', there.url, '--json');
    expect([first.err, first.code]).toEqual(['', 0]);
    expect(JSON.parse(first.out)).toMatchObject({
      experiments: { created: 1, merged: 1 },
      runs: { imported: 3, unchanged: 0 },
      registeredModels: { imported: 1 },
      traces: { imported: 1 },
      artifacts: { files: 4, bytes: 2 * (12 + 5) },
      left: [],
    });
    expect(await traceFacts(here.url)).toEqual(await traceFacts(there.url));
    for (const runId of runs) expect(await facts(here.url, runId)).toEqual(await facts(there.url, runId));
    const file = await fetch(`${here.url}/get-artifact?run_id=${runs[0]}&path=${encodeURIComponent('notes/a b.txt')}`);
    expect(await file.text()).toBe('hello');
    const champion = await ask(here.url, 'registered-models/alias?name=ranker&alias=champion');
    expect(champion.model_version).toMatchObject({ version: '2', run_id: runs[0] });
    const model = await fetch(`${here.url}/model-versions/get-artifact?name=ranker&version=2&path=MLmodel`);
    expect(await model.text()).toBe('flavors: {}\n');
    const again = await here.run('mlflow', 'import', '--from', there.url, '--json');
    expect(JSON.parse(again.out)).toMatchObject({
      runs: { imported: 0, unchanged: 3 },
      registeredModels: { imported: 0, unchanged: 1 },
      traces: { imported: 0, unchanged: 1 },
      metrics: 0,
      artifacts: { files: 0 },
    });
  });

  it('follows what goes on there until it is stopped', async () => {
    const { io, written, firstOutput, stop } = capturedIo({ STEELYARD_LOG_LEVEL: 'silent' });
    await ask(there.url, 'runs/log-batch', {
      run_id: runs[2],
      metrics: [{ key: 'ndcg', value: 0.4, timestamp: 1, step: 1 }],
    });
    const words = ['mlflow', 'mirror', '--from', there.url, '--url', here.url, '--every', '1', '--json'];
    const ended = main(words, io);
    await firstOutput;
    stop('SIGTERM');
    expect(await ended).toBe(0);
    expect(JSON.parse(written.out)).toMatchObject({ runs: { imported: 1, unchanged: 2 }, metrics: 1 });
    expect(await facts(here.url, String(runs[2]))).toEqual(await facts(there.url, String(runs[2])));
  });

  it('writes everything active back to a server of MLflow’s own, and nothing twice', async () => {
    await using target = await startMlflowServer(python);
    const first = await here.run('mlflow', 'export', '--to', target.url, '--json');
    expect([first.err, first.code]).toEqual(['', 0]);
    expect(JSON.parse(first.out)).toMatchObject({
      runs: { exported: 2, known: 0 },
      registeredModels: { exported: 1, versions: 2 },
      artifacts: { files: 2 },
      left: [],
    });
    const found = await ask(target.url, 'runs/search', {
      experiment_ids: ['0', '1'],
      filter: `tags.\`steelyard.exportedFrom\` = '${runs[0]}'`,
    });
    const copy = String(at(found, 'runs', 0, 'info', 'run_id'));
    const [theirs, ours] = [await facts(target.url, copy), await facts(here.url, String(runs[0]))];
    expect(at(theirs, 'history')).toEqual(at(ours, 'history'));
    expect(at(theirs, 'info')).toMatchObject({ start_time: 1000, end_time: 5000, status: 'FINISHED' });
    const again = await here.run('mlflow', 'export', '--to', target.url, '--json');
    expect(JSON.parse(again.out)).toMatchObject({ runs: { exported: 0, known: 2 }, registeredModels: { versions: 0 } });
  });

  it('says what it cannot reach, and what is no MLflow server', async () => {
    const away = await here.run('mlflow', 'export', '--to', 'http://127.0.0.1:9');
    expect([away.code, away.err]).toEqual([
      3,
      expect.stringContaining('No MLflow server answers at http://127.0.0.1:9'),
    ]);
    const wrong = await here.run('mlflow', 'import', '--from', 'ftp://example.com');
    expect([wrong.code, wrong.err]).toEqual([2, expect.stringContaining('is no address of an MLflow server')]);
    const itself = await here.run('mlflow', 'import', '--from', here.url.replace('127.0.0.1', 'localhost'));
    expect([itself.code, itself.err]).toEqual([2, expect.stringContaining('is this Steelyard server itself')]);
    const none = await here.run('mlflow', 'export', '--to', there.url, '--experiment', 'nobody');
    expect([none.code, none.err]).toEqual([4, expect.stringContaining('There is no experiment "nobody".')]);
  });
});
