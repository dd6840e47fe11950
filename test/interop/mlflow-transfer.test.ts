import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { main } from '../../cli/program.ts';
import { capturedIo, type ServedFolder, serveFolder } from '../../cli/testing.ts';
import { processEnvironment } from '../../src/platform/environment/index.ts';
import { findMlflowPython, type MlflowServer, startMlflowServer } from '../support/mlflow-server.ts';

const python = findMlflowPython();
const script = join(import.meta.dirname, 'mlflow_transfer.py');

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

/** Facts that both sides must agree on. */
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

/** Spans and description of the trace, without metadata of the server. */
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

/** Runs a step of the script in a separate process, against this server. */
async function step(program: string, url: string, name: string): Promise<Json> {
  const { stdout } = await promisify(execFile)(program, [script, name], {
    env: {
      ...processEnvironment(),
      MLFLOW_TRACKING_URI: url,
      MLFLOW_DISABLE_TELEMETRY: 'true',
      MLFLOW_HTTP_REQUEST_MAX_RETRIES: '0',
      PYTHONDONTWRITEBYTECODE: '1',
    },
    maxBuffer: 16 * 1024 * 1024,
    timeout: 170_000,
  });
  return z.record(z.string(), z.unknown()).parse(JSON.parse(stdout.trim().split('\n').at(-1) ?? ''));
}

/** The same server as one before MLflow 3 was: without logged models. */
async function withoutLoggedModels(url: string): Promise<AsyncDisposable & { readonly url: string }> {
  const front = createServer(async (request, reply) => {
    if (request.url?.includes('/logged-models')) {
      reply.writeHead(404).end('<title>404 Not Found</title>');
      return;
    }
    const body = await buffer(request);
    const sent = body.length === 0 ? {} : { body, headers: { 'content-type': 'application/json' } };
    const answer = await fetch(`${url}${request.url}`, { method: request.method ?? 'GET', ...sent });
    reply.writeHead(answer.status, { 'content-type': 'application/json' }).end(await answer.text());
  });
  await once(front.listen(0, '127.0.0.1'), 'listening');
  const address = front.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const close = async () => {
    front.closeAllConnections();
    await once(front.close(), 'close');
  };
  return { url: `http://127.0.0.1:${port}`, [Symbol.asyncDispose]: close };
}

async function change(url: string, method: 'PATCH' | 'DELETE', path: string, message: object): Promise<void> {
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(`${url}/api/2.0/${path}`, { method, headers, body: JSON.stringify(message) });
  if (!answer.ok) throw new Error(`${path} answered ${answer.status}: ${await answer.text()}`);
}

describe('moving out what clients of MLflow 3 log', () => {
  if (python === null) {
    it.skip('needs Python with mlflow');
    return;
  }
  const stack = new AsyncDisposableStack();
  let here: ServedFolder;
  let target: MlflowServer;
  let made: Json;
  let seenHere: Json;

  async function moveOut(url: string): Promise<Json> {
    const { out, err, code } = await here.run('mlflow', 'export', '--to', url, '--json');
    const report = Object(JSON.parse(out));
    expect([err, code]).toEqual(['', report.left.length === 0 ? 0 : 1]);
    return report;
  }

  beforeAll(async () => {
    here = stack.use(await serveFolder());
    made = await step(python, here.url, 'log');
    seenHere = await step(python, here.url, 'look');
    target = stack.use(await startMlflowServer(python));
  });
  afterAll(() => stack.disposeAsync());

  it('says what a server before MLflow 3 has no place for', async () => {
    await using front = await withoutLoggedModels(target.url);
    const older = await moveOut(front.url);
    expect(older).toMatchObject({
      runs: { exported: 2 },
      loggedModels: { exported: 0 },
      registeredModels: { versions: 0 },
    });
    expect(older.left).toEqual([
      {
        what: '1 logged model of experiment rents',
        reason: `${older.target} has no logged models; servers of MLflow 3 and later have`,
      },
      {
        what: 'model rent version 1',
        reason: 'its artifacts lie under no run and no logged model that was written there',
      },
    ]);
  });

  it('loads the model from the other server in a new process, with equal predictions and all that is known of it', async () => {
    expect(await moveOut(target.url)).toMatchObject({
      runs: { exported: 0, known: 2 },
      loggedModels: { exported: 1, known: 0 },
      registeredModels: { exported: 1, versions: 1 },
      left: [],
    });
    const seenThere = await step(python, target.url, 'look');
    expect(seenThere.predictions).toEqual(made.predictions);
    expect(seenThere.modelId).not.toBe(made.modelId);
    expect({ ...seenThere, modelId: made.modelId }).toEqual(seenHere);
    expect(seenHere).toMatchObject({
      sameEverywhere: true,
      model: ['rent', 'READY', 'linear', 120, '119'],
      metrics: [
        ['loss', 0.5, 0, null, true],
        ['mae', 0.5 / 3, 2, null, false],
        ['mae', 0.25, 1, null, false],
        ['mae', 0.5, 0, null, false],
        ['rmse', 0.25, 0, 'flats', true],
      ],
      fit: ['fit', 0.25, ['flats']],
      made: [[true, 0]],
      read: [true],
    });
  });

  it('writes nothing new when it is repeated, and what is missing when it was cut off', async () => {
    const [id] = await modelIds();
    const stored = await ask(target.url, `logged-models/${id}`);
    expect(await moveOut(target.url)).toMatchObject({
      runs: { exported: 0, known: 2 },
      loggedModels: { exported: 0, known: 1 },
      registeredModels: { versions: 0 },
      artifacts: { files: 0 },
      left: [],
    });
    expect(await modelIds()).toEqual([id]);
    expect(await ask(target.url, `logged-models/${id}`)).toEqual(stored);
    const folder = String(at(stored, 'model', 'info', 'artifact_uri')).replace(/^mlflow-artifacts:\/+/, '');
    await change(target.url, 'DELETE', `mlflow-artifacts/artifacts/${folder}/MLmodel`, {});
    const failed = { model_id: id, status: 'LOGGED_MODEL_UPLOAD_FAILED' };
    await change(target.url, 'PATCH', `mlflow/logged-models/${id}`, failed);
    expect(await moveOut(target.url)).toMatchObject({ artifacts: { files: 1 }, left: [] });
    expect(await step(python, target.url, 'look')).toMatchObject({ predictions: made.predictions, modelId: id });
  });

  async function modelIds(): Promise<unknown[]> {
    const { models } = await ask(target.url, 'logged-models/search', { experiment_ids: ['1', '2'] });
    return [models].flat().map((model) => at(model, 'info', 'model_id'));
  }
});
