import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { listTokenUsage } from '../../../finops/tokens/schema.ts';
import type { Application } from '../../../main.ts';
import { call, testApplication } from '../../../testing/application.ts';
import { deletePredictions, listPredictions } from '../../predictions/schema.ts';
import { linearGraph } from '../../serving/graphs.testing.ts';
import { getEndpoint } from '../../serving/schema.ts';
import { applied } from '../../testing/pipelines.ts';
import { appliedEndpoint, registeredFiles, sent } from '../../testing/serving.ts';

const program = join(import.meta.dirname, '../../serving/model-server.testing.ts');
const WAIT = { timeout: 30_000 };
const ROWS = [
  [1, 1],
  [2, 3],
];

let data: string;
let application: Application;
beforeAll(async () => {
  data = mkdtempSync(join(tmpdir(), 'shadow-log-'));
  application = await testApplication({}, { data });
  await registeredFiles(application, 'm', { 'model.onnx': linearGraph([1, 1]) });
  await registeredFiles(application, 'm', { 'model.onnx': linearGraph([2, 2]) });
  await registeredFiles(application, 'n', { 'model.onnx': linearGraph([3, 3]) });
  // Its monitor has no other user: the gateway applies a changed monitor up to a second later.
  await registeredFiles(application, 'half', { 'model.onnx': linearGraph([1, 1]) });
  await registeredFiles(application, 'half', { 'model.onnx': linearGraph([2, 2]) });
  await registeredFiles(application, 'chat', { MLmodel: 'flavors: {}' });
});
afterAll(() => application[Symbol.asyncDispose]());

const onnx = (version: string) => ({ model: 'm', version, backend: 'onnx' });
const variants = { main: onnx('1'), next: onnx('2') };

function serve(name: string, spec: object): Promise<unknown> {
  return appliedEndpoint(application, name, { variants, traffic: { shadow: { next: 1 } }, ...spec });
}

const post = (endpoint: string, body: object, headers = {}) =>
  sent(application, 'POST', `/serve/${endpoint}/invocations`, body, 'application/json', headers);
const predictionsOf = async (endpoint: string, model = 'm') =>
  (await call(application, listPredictions, { query: { model, endpoint } })).predictions;
const logNow = async (endpoint: string) => (await call(application, getEndpoint, { params: { endpoint } })).log;

const seen = new Map<string, Record<string, unknown>>();

/** Rows of shadow answers in the journal now or at an earlier call, in the order of their ids: a job moves them to the lake. */
function copiesOf(endpoint: string): Record<string, unknown>[] {
  const folder = join(data, 'journals', 'shadow_prediction');
  const lines = readdirSync(folder)
    .filter((name) => name.endsWith('.jsonl'))
    .flatMap((name) => readFileSync(join(folder, name), 'utf8').split('\n').filter(Boolean));
  for (const line of lines) {
    const row = JSON.parse(line) as Record<string, unknown>;
    seen.set(JSON.stringify([row.endpoint, row.prediction, row.variant]), row);
  }
  return [...seen.values()]
    .filter((row) => row.endpoint === endpoint)
    .toSorted((a, b) => (String(a.prediction) < String(b.prediction) ? -1 : 1));
}

it('answers of a shadow are logged next to the predictions, row by row, with their ids, entities and times', async () => {
  await serve('beside', { log: { entity: { header: 'x-user' } }, environment: 'prod' });
  const answer = await post('beside', { inputs: ROWS }, { 'x-user': 'ada', 'x-steelyard-prediction-id': 'both' });
  expect([answer.headers['x-steelyard-variant'], answer.json()]).toEqual(['main', { predictions: [[2], [5]] }]);
  await expect.poll(() => copiesOf('beside').length, WAIT).toBe(2);
  const predictions = (await predictionsOf('beside')).toSorted((a, b) => (a.prediction < b.prediction ? -1 : 1));
  expect(predictions).toMatchObject([
    { prediction: 'both-0', variant: 'main', modelVersion: '1', entity: 'ada', output: [2] },
    { prediction: 'both-1', variant: 'main', modelVersion: '1', entity: 'ada', output: [5] },
  ]);
  const copies = copiesOf('beside');
  expect(copies).toMatchObject([
    { prediction: 'both-0', variant: 'next', modelVersion: '2', entity: 'ada', output: '[4]', environment: 'prod' },
    { prediction: 'both-1', variant: 'next', modelVersion: '2', entity: 'ada', output: '[10]', caller: 'local' },
  ]);
  expect(copies.map(({ predictedAt }) => predictedAt)).toEqual(predictions.map(({ predictedAt }) => predictedAt));
  expect(await logNow('beside')).toMatchObject({ kept: 2, shadowKept: 2, shadowDropped: 0, waiting: 0 });
  const byVariant = { query: { model: 'm', endpoint: 'beside', variant: 'next' } };
  expect((await call(application, listPredictions, byVariant)).predictions).toEqual([]);
});

it('the tokens of a shadow answer are in no ledger, and a stream is logged when it has ended', async () => {
  const command = [process.execPath, program, '{port}', 'mlflow'];
  const chat = { model: 'chat', version: '1', backend: 'process', process: { protocol: 'mlflow', command } };
  await serve('talk', { variants: { main: chat, next: chat }, log: { answer: 'before' } });
  const ask = (stream: boolean) =>
    post('talk', { model: 'gpt-4o', messages: [{ role: 'user', content: 'hi' }], stream });
  expect((await ask(true)).body).toContain('data: [DONE]');
  await ask(false);
  await expect.poll(() => copiesOf('talk').length, WAIT).toBe(2);
  const ids = (await predictionsOf('talk', 'chat')).map(({ prediction }) => prediction);
  expect(copiesOf('talk').map(({ prediction }) => prediction)).toEqual(ids.toSorted());
  expect(copiesOf('talk')).toMatchObject([{ outputTokens: 10 }, { outputTokens: 10 }]);
  const { records } = await call(application, listTokenUsage, { query: { endpoint: 'talk' } });
  expect(records.length).toBe(2);
});

it('only copies of stored predictions are logged, without the fields that either model redacts', async () => {
  const spec = { model: 'half', log: { sample: 0.5, redact: ['x'] } };
  const document = { apiVersion: 'steelyard/v1', kind: 'Monitor', metadata: { name: 'half' }, spec };
  await applied(application, JSON.stringify(document));
  const half = (version: string) => ({ ...onnx(version), model: 'half' });
  await serve('sampled', { variants: { main: half('1'), next: half('2') }, log: { answer: 'before' } });
  await Promise.all(Array.from({ length: 20 }, (_, at) => post('sampled', { inputs: [[at, 0]] })));
  const stored = (await predictionsOf('sampled', 'half')).map(({ prediction }) => prediction).toSorted();
  expect(stored.length).toBeGreaterThan(0);
  expect(stored.length).toBeLessThan(20);
  await expect.poll(() => copiesOf('sampled').map(({ prediction }) => prediction), WAIT).toEqual(stored);
  expect(copiesOf('sampled').every(({ inputs }) => inputs === '{}')).toBe(true);
});

it('the answer of a shadow cascade has the name of the cascade and the version that answered', async () => {
  const stages = [{ variant: 'main', acceptAtConfidence: 1 }, { variant: 'next' }];
  const routes = { thrifty: { cascade: { stages } } };
  await serve('staged', { routes, traffic: { weights: { next: 1 }, shadow: { thrifty: 1 } } });
  await post('staged', { inputs: [[2, 1]] }, { 'x-steelyard-prediction-id': 'escalated' });
  await post('staged', { inputs: [[1, 0]] }, { 'x-steelyard-prediction-id': 'accepted' });
  await expect.poll(() => copiesOf('staged').length, WAIT).toBe(2);
  expect(copiesOf('staged')).toMatchObject([
    { prediction: 'accepted', variant: 'thrifty', modelVersion: '1', output: '[1]' },
    { prediction: 'escalated', variant: 'thrifty', modelVersion: '2', output: '[6]' },
  ]);
});

it('an endpoint that logs no predictions logs no copies', async () => {
  await serve('silent', { log: { answer: 'never' } });
  await post('silent', { inputs: ROWS });
  const shadow = async () => (await call(application, getEndpoint, { params: { endpoint: 'silent' } })).variants[1];
  await expect.poll(shadow, WAIT).toMatchObject({ answered: 1 });
  expect([copiesOf('silent'), await logNow('silent')]).toMatchObject([[], { kept: 0, shadowKept: 0 }]);
});

it('the deletion of a subject deletes the copies of its requests, also those of another model', async () => {
  await serve('forget', {
    variants: { main: onnx('1'), next: { ...onnx('1'), model: 'n' } },
    log: { answer: 'before', entity: { header: 'x-user' } },
  });
  for (const user of ['eve', 'ada']) await post('forget', { inputs: [[1, 0]] }, { 'x-user': user });
  await expect.poll(() => copiesOf('forget').length, WAIT).toBe(2);
  const remove = (dryRun: boolean) =>
    call(application, deletePredictions, { body: { entity: 'eve', model: 'm', dryRun } });
  expect(await remove(true)).toMatchObject({ predictions: { rows: 1 }, shadowPredictions: { rows: 1 } });
  expect(await remove(false)).toMatchObject({ predictions: { rows: 1 }, shadowPredictions: { rows: 1 } });
  expect(await remove(true)).toMatchObject({ predictions: { rows: 0 }, shadowPredictions: { rows: 0 } });
});
