import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { describe, expect, it } from 'vitest';
import { buildUrl, type CallInput } from '../../../platform/contract/schema.ts';
import { call, catchProblem } from '../../../testing/application.ts';
import { sharedApplication } from '../../../testing/shared.ts';
import { listRunVersions } from '../../registry/schema.ts';
import { newRun, post, textAt } from '../../wire/testing.ts';
import {
  artifactFile,
  artifactImage,
  compareRuns,
  listArtifacts,
  metricHistories,
  runFacts,
  runMetrics,
  viewArtifact,
} from './schema.ts';

const application = await sharedApplication();

const host = { host: 'localhost' };
const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

async function runWith(files: Readonly<Record<string, string | Buffer>>): Promise<string> {
  const runId = await newRun(application);
  for (const [name, payload] of Object.entries(files)) {
    const url = `/api/2.0/mlflow-artifacts/artifacts/0/${runId}/artifacts/${name}`;
    const headers = { ...host, 'content-type': 'application/octet-stream' };
    const { statusCode } = await application.http.inject({ method: 'PUT', url, headers, payload });
    expect(statusCode).toBe(200);
  }
  return runId;
}

async function someParquet(): Promise<Buffer> {
  const path = join(mkdtempSync(join(tmpdir(), 'steelyard-')), 'rows.parquet');
  const connection = await (await DuckDBInstance.create(':memory:')).connect();
  await connection.run(`COPY (SELECT range AS "n""x", repeat('y', 900) AS text FROM range(500)) TO '${path}'`);
  connection.closeSync();
  return readFileSync(path);
}

async function readPreview(run: string, path: string, as: 'best' | 'text' = 'best') {
  return (await call(application, viewArtifact, { query: { run, path, as } })).shown;
}

describe('figures of runs', () => {
  it('answers histories of many runs and metrics, in the order asked for', async () => {
    const [a, b] = [await newRun(application), await newRun(application)];
    for (const [runId, values] of [
      [a, [3, 2, 1]],
      [b, [9, 'NaN']],
    ] as const) {
      const metrics = values.map((value, step) => ({ key: 'loss', value, step, timestamp: 1000 + step }));
      await post(application, 'runs/log-batch', { run_id: runId, metrics });
    }
    const { histories, leftOut } = await call(application, metricHistories, { query: { run: [b, a], key: ['loss'] } });
    expect(leftOut).toBe(0);
    expect(histories).toEqual([
      { runId: b, key: 'loss', samples: 2, steps: [0, 1], timesMs: [1000, 1001], values: [9, null] },
      { runId: a, key: 'loss', samples: 3, steps: [0, 1, 2], timesMs: [1000, 1001, 1002], values: [3, 2, 1] },
    ]);
    const { metrics } = await call(application, runMetrics, { params: { runId: a } });
    expect(metrics).toEqual([
      {
        key: 'loss',
        latest: 1,
        latestStep: 2,
        latestAt: '1970-01-01T00:00:01.002Z',
        least: 1,
        greatest: 3,
        samples: 3,
      },
    ]);
    const compared = await call(application, compareRuns, { query: { run: [b, 'gone', a] } });
    expect(compared.runs.map(({ runId }) => runId)).toEqual([b, a]);
    expect(compared.missing).toEqual(['gone']);
  });

  it('answers datasets and logged models of a run, and the versions registered from it', async () => {
    const run = await newRun(application, { user_id: 'ada' });
    const { model } = await post(application, 'logged-models', {
      experiment_id: '0',
      name: 'ranker',
      source_run_id: run,
    });
    const modelId = textAt(model, 'info', 'model_id');
    await post(application, 'runs/outputs', { run_id: run, models: [{ model_id: modelId, step: 4 }] });
    const dataset = { name: 'ratings', digest: 'abc', source_type: 'local', source: '{"uri":"ratings.csv"}' };
    const tags = [{ key: 'mlflow.data.context', value: 'training' }];
    await post(application, 'runs/log-inputs', { run_id: run, datasets: [{ dataset, tags }] });
    await post(application, 'registered-models/create', { name: 'ranker' });
    await post(application, 'model-versions/create', { name: 'ranker', source: `models:/${modelId}`, run_id: run });
    expect(await call(application, runFacts, { params: { runId: run } })).toMatchObject({
      lifecycleStage: 'active',
      user: 'ada',
      datasets: [{ name: 'ratings', digest: 'abc', sourceType: 'local', context: 'training' }],
      modelsMade: [{ modelId, name: 'ranker', step: 4 }],
      modelsRead: [],
    });
    const { versions } = await call(application, listRunVersions, { params: { runId: run } });
    expect(versions.map((version) => [version.model, version.version])).toEqual([['ranker', '1']]);
    expect(await catchProblem(call(application, runFacts, { params: { runId: 'gone' } }))).toMatchObject({
      status: 404,
      code: 'run_not_found',
    });
  });
});

describe('artifacts for a page', () => {
  it('lists folders first, with sizes', async () => {
    const run = await runWith({ 'b.txt': 'hello', 'a.csv': 'x\n1\n', 'model/MLmodel': 'flavors: {}' });
    const list = (path: string) => call(application, listArtifacts, { query: { run, path } });
    expect((await list('')).artifacts).toEqual([
      { path: 'model', isFolder: true, sizeBytes: null },
      { path: 'a.csv', isFolder: false, sizeBytes: 4 },
      { path: 'b.txt', isFolder: false, sizeBytes: 5 },
    ]);
    expect((await list('model')).artifacts).toEqual([{ path: 'model/MLmodel', isFolder: false, sizeBytes: 11 }]);
  });

  it('shows text, JSON, tables and images for what their bytes are', async () => {
    const run = await runWith({
      'note.txt': 'grüße\n',
      'conf.json': '{"a":1.50}',
      'top.csv': 'item,score\nx,1\n',
      'table.json': '{"columns":["q"],"data":[["a"]]}',
      'plot.dat': PNG,
      'model/MLmodel': 'flavors:\n  python_function:\n    loader_module: os.system\n',
    });
    expect(await readPreview(run, 'note.txt')).toMatchObject({ kind: 'text', text: 'grüße\n', format: 'plain' });
    expect(await readPreview(run, 'conf.json')).toMatchObject({ text: '{\n  "a": 1.50\n}', format: 'json' });
    expect(await readPreview(run, 'top.csv')).toMatchObject({ kind: 'table', rows: [['x', '1']] });
    expect(await readPreview(run, 'top.csv', 'text')).toMatchObject({ kind: 'text', text: 'item,score\nx,1\n' });
    expect(await readPreview(run, 'table.json')).toMatchObject({ kind: 'table', source: 'json' });
    expect(await readPreview(run, 'plot.dat')).toEqual({
      kind: 'image',
      type: 'image/png',
      widthPx: 1,
      heightPx: 1,
    });
    expect(await readPreview(run, 'model/MLmodel')).toMatchObject({ kind: 'text' });
  });

  it('shows the first rows of Parquet, and says so of a file that only claims to be it', async () => {
    const parquet = await someParquet();
    const run = await runWith({
      'rows.parquet': parquet,
      'bad.parquet': 'PAR1 no',
      '[ab].parquet': parquet,
    });
    expect(await readPreview(run, 'rows.parquet')).toMatchObject({
      kind: 'table',
      source: 'parquet',
      more: true,
      moreColumns: 0,
    });
    expect(await readPreview(run, 'bad.parquet')).toMatchObject({ kind: 'nothing' });
    expect(await readPreview(run, '[ab].parquet')).toMatchObject({
      kind: 'nothing',
      reason: expect.stringContaining('wildcard'),
    });
  });

  it('never takes hostile files for more than text or nothing', async () => {
    const script = '<script>fetch("/api/v1/runs")</script>';
    const huge = Buffer.alloc(3 * 1024 * 1024, 'a');
    const bomb = Buffer.from(PNG);
    bomb.writeUInt32BE(60_000, 16);
    bomb.writeUInt32BE(60_000, 20);
    const run = await runWith({
      'page.html': script,
      'fake.png': script,
      'image.svg': `<svg xmlns="http://www.w3.org/2000/svg">${script}</svg>`,
      'huge.log': huge,
      'line.csv': huge,
      'binary.txt': Buffer.from([1, 2, 3, 0, 255, 254, 7, 0]),
      'bomb.png': bomb,
      'model.pkl': Buffer.from('\x80\x04cposix\nsystem\n\x00', 'latin1'),
      empty: '',
    });
    for (const name of ['page.html', 'fake.png', 'image.svg']) {
      expect(await readPreview(run, name)).toMatchObject({ kind: 'text', format: 'plain' });
      const image = await application.http.inject({
        url: buildUrl(artifactImage, { query: { run, path: name } }),
        headers: host,
      });
      expect([image.statusCode, image.headers['content-type']]).toEqual([
        400,
        'application/problem+json; charset=utf-8',
      ]);
    }
    for (const name of ['huge.log', 'line.csv']) {
      expect(await readPreview(run, name)).toMatchObject({ kind: 'text', shownBytes: 256 * 1024 });
    }
    for (const name of ['binary.txt', 'bomb.png', 'model.pkl', 'empty']) {
      expect(await readPreview(run, name)).toMatchObject({ kind: 'nothing' });
    }
  });

  it('sends an image with its own type and any file as a download, both locked down', async () => {
    const run = await runWith({ 'plot.html': PNG, 'page.html': '<script>' });
    const get = (url: string) => application.http.inject({ url, headers: host });
    const image = await get(buildUrl(artifactImage, { query: { run, path: 'plot.html' } }));
    expect(image.rawPayload).toEqual(PNG);
    expect(image.headers).toMatchObject({
      'content-type': 'image/png',
      'content-security-policy': "sandbox; default-src 'none'",
      'x-content-type-options': 'nosniff',
    });
    const file = await get(buildUrl(artifactFile, { query: { run, path: 'page.html' } }));
    expect(file.headers).toMatchObject({
      'content-type': 'application/octet-stream',
      'content-disposition': 'attachment; filename=page.html',
      'content-security-policy': "sandbox; default-src 'none'",
    });
  });

  it.each(['../secret', '%2e%2e/secret', '/etc/passwd', 'a/../../b', 'a\\..\\b', '%252e%252e%252fx', 'C:/x'])(
    'refuses the path %s',
    async (path) => {
      const run = await runWith({ a: '1' });
      for (const target of [viewArtifact, listArtifacts] as const) {
        const input: CallInput<typeof listArtifacts> = { query: { run, path } };
        expect(await catchProblem(call(application, target, input as never))).toMatchObject({
          status: 400,
          code: 'object_path_invalid',
        });
      }
    },
  );

  it('refuses an artifact of nobody, of two, and one that there is not', async () => {
    const run = await runWith({ a: '1' });
    const failing = (query: Record<string, string>) =>
      catchProblem(call(application, viewArtifact, { query: { path: 'a', ...query } as never }));
    expect(await failing({})).toMatchObject({ code: 'invalid_request' });
    expect(await failing({ run, loggedModel: 'm' })).toMatchObject({ code: 'invalid_request' });
    expect(await failing({ model: 'm' })).toMatchObject({ code: 'invalid_request' });
    expect(await failing({ model: 'm', version: '1' })).toMatchObject({ status: 404 });
    expect(await failing({ run: 'gone' })).toMatchObject({ code: 'run_not_found' });
    expect(await failing({ run, path: 'b' })).toMatchObject({ code: 'object_not_found' });
  });
});
