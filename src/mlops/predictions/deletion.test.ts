import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Application } from '../../main.ts';
import { openLake } from '../../platform/lake/index.ts';
import { postApply } from '../../platform/manifests/schema.ts';
import { DAY_MS } from '../../platform/units/durations.ts';
import { call, catchProblem, testApplication } from '../../testing/application.ts';
import { showMonitor } from '../monitors/schema.ts';
import {
  deletePredictions,
  listPredictions,
  type Prediction,
  previewPredictionRetention,
  recordLabels,
  recordPredictions,
} from './schema.ts';

const NOW = Date.parse('2026-11-28T12:00:00Z');
const daysAgo = (days: number) => new Date(NOW - days * DAY_MS).toISOString();

let data: string;
let application: Application;

beforeAll(async () => {
  data = mkdtempSync(join(tmpdir(), 'deletion-'));
  application = await testApplication({ clock: { now: () => NOW } }, { data, predictionDays: 30, labelDays: 60 });
});
afterAll(() => application[Symbol.asyncDispose]());

function predict(model: string, ...predictions: Partial<Prediction>[]) {
  const sent = predictions.map((each, at) => ({ prediction: `p${at}`, model, output: 'yes', ...each }));
  return call(application, recordPredictions, { body: { predictions: sent } });
}

async function listed(model: string): Promise<string[]> {
  const { predictions } = await call(application, listPredictions, { query: { model } });
  return predictions.map(({ prediction }) => prediction).toSorted();
}

async function retain(): Promise<void> {
  await application.jobs.enqueue(application.store, { kind: 'monitoring.retain', payload: null });
  await application.jobs.drain();
}

/** Texts of a column in every file of a table that is on the disk. */
async function textsOnDisk(table: string): Promise<string> {
  await using lake = await openLake({
    root: join(data, 'other'),
    readable: [join(data, 'lake')],
    memory: '256MB',
    threads: 1,
  });
  const journal = readdirSync(join(data, 'journals', table)).map((name) =>
    readFileSync(join(data, 'journals', table, name), 'utf8'),
  );
  const [row] = await lake.query(
    `SELECT string_agg(concat_ws(' ', entity, prediction), ' ') AS texts FROM read_parquet('${join(data, 'lake', table)}/*.parquet')`,
  );
  return [...journal, String(row?.texts)].join(' ');
}

describe('the predictions about a subject', () => {
  it('are counted by a dry run, and deleted with their labels from journal, lake and disk', async () => {
    const model = 'subjects';
    const about = (entity: string, prediction: string, days: number) => ({
      entity,
      prediction,
      predictedAt: daysAgo(days),
    });
    await predict(model, about('anna', 'a1', 2), about('bert', 'b1', 2), about('anna', 'a2', 3));
    const labels = [
      { prediction: 'a1', value: 1 },
      { entity: 'anna', observedAt: daysAgo(1), value: 2 },
      { prediction: 'b1', value: 3 },
    ];
    await call(application, recordLabels, { body: { model, labels } });
    await predict('others', about('anna', 'o1', 1));
    const body = { entity: 'anna', model };
    const dry = await call(application, deletePredictions, { body: { ...body, dryRun: true } });
    expect(dry).toMatchObject({ dryRun: true, predictions: { rows: 2 }, labels: { rows: 2 }, notSearched: null });
    expect(await listed(model)).toEqual(['a1', 'a2', 'b1']);
    // In the journal as well as in the lake.
    await predict(model, about('anna', 'a3', 0));
    const done = await call(application, deletePredictions, { body: { ...body, dryRun: false } });
    expect(done).toMatchObject({ dryRun: false, predictions: { rows: 3 }, labels: { rows: 2 } });
    expect([await listed(model), await listed('others')]).toEqual([['b1'], ['o1']]);
    const again = await call(application, deletePredictions, { body: { ...body, dryRun: true } });
    expect(again).toMatchObject({ predictions: { rows: 0, files: 0 }, labels: { rows: 0 } });
    await call(application, deletePredictions, { body: { entity: 'anna', dryRun: false } });
    expect(await listed('others')).toEqual([]);
    expect(await textsOnDisk('prediction')).not.toMatch(/anna|a1/);
    expect(await textsOnDisk('prediction_label')).not.toMatch(/anna|a1/);
  });
});

describe('retention of predictions', () => {
  it('says before what it deletes and which questions lose their rows, and keeps the rest', async () => {
    const model = 'aged';
    const text = JSON.stringify({
      apiVersion: 'steelyard/v1',
      kind: 'Monitor',
      metadata: { name: 'aged' },
      spec: { model, drift: { reference: { start: daysAgo(50), end: daysAgo(40) }, window: { hours: 24 } } },
    });
    await call(application, postApply, { body: { documents: [{ file: 'monitor.yaml', text }] } });
    await predict(
      model,
      { prediction: 'old', predictedAt: daysAgo(45) },
      { prediction: 'young', predictedAt: daysAgo(29) },
    );
    await call(application, deletePredictions, { body: { entity: 'of no row', dryRun: true } });
    const preview = await call(application, previewPredictionRetention, {});
    const day = daysAgo(45).slice(0, 10);
    expect(preview.tables).toMatchObject([
      {
        table: 'predictions',
        keepDays: 30,
        before: '2026-10-29',
        deletes: { rows: 1, files: 1 },
        firstDay: day,
        lastDay: day,
      },
      { table: 'labels', keepDays: 60, deletes: { rows: 0 } },
      { table: 'shadowPredictions', keepDays: 30, before: '2026-10-29', deletes: { rows: 0 } },
    ]);
    expect(preview.unanswerable.map(({ monitor }) => monitor)).toEqual(['aged', 'aged']);
    const longer = await call(application, previewPredictionRetention, { query: { predictionDays: 46 } });
    expect(longer.tables[0]).toMatchObject({ keepDays: 46, deletes: { rows: 0 }, firstDay: null });
    expect(await listed(model)).toEqual(['old', 'young']);
    await retain();
    expect(await listed(model)).toEqual(['young']);
  });
});

describe('stored windows of a monitor', () => {
  const model = 'stored';
  const run = async (kind: string) => {
    await application.jobs.enqueue(application.store, { kind, payload: null });
    await application.jobs.drain();
  };
  const storedDays = () => readFileSync(join(data, 'objects/monitoring/windows/stored/day.json'), 'utf8');

  it('hold nothing of predictions that retention has deleted', async () => {
    const text = JSON.stringify({
      apiVersion: 'steelyard/v1',
      kind: 'Monitor',
      metadata: { name: 'stored' },
      spec: { model },
    });
    await call(application, postApply, { body: { documents: [{ file: 'monitor.yaml', text }] } });
    await predict(
      model,
      { prediction: 'old', predictedAt: daysAgo(45) },
      { prediction: 'young', predictedAt: daysAgo(2) },
    );
    const [old, young] = [45, 2].map((days) => daysAgo(days).slice(0, 10));
    await run('monitoring.store-windows');
    expect(storedDays()).toContain(`"start":"${old}`);
    await run('monitoring.retain');
    expect(storedDays()).toContain(`"start":"${young}`);
    expect(storedDays()).not.toContain(`"start":"${old}`);
    const { windows } = await call(application, showMonitor, { params: { monitor: 'stored' }, query: {} });
    expect(windows.map(({ period }) => period?.start.slice(0, 10))).toEqual([young]);
  });
});

describe('texts that no store keeps', () => {
  it.each([
    ['half a surrogate pair', '"entity":"cut \\ud83d"'],
    ['half a surrogate pair', '"inputs":{"a":["cut \\udc00"]}'],
    ['half a surrogate pair', '"inputs":{"cut \\ud83d":1}'],
    ['a NUL character', '"inputs":{"a":"cut \\u0000"}'],
  ])('are refused with 400: %s in %s', async (what, field) => {
    const payload = `{"predictions":[{"prediction":"p","model":"texts","output":1,${field}}]}`;
    const headers = { host: 'localhost', 'content-type': 'application/json' };
    const answer = await application.http.inject({ method: 'POST', url: '/api/v1/predictions', headers, payload });
    expect([answer.statusCode, answer.json().code]).toEqual([400, 'invalid_request']);
    expect(answer.json().detail).toContain(what);
    expect(await listed('texts')).toEqual([]);
  });

  it('are kept whole otherwise', async () => {
    await predict('texts', { entity: 'smile 😀', inputs: { '😀': '\\ud83d' } });
    const { predictions } = await call(application, listPredictions, { query: { model: 'texts' } });
    expect(predictions).toMatchObject([{ entity: 'smile 😀', inputs: { '😀': '\\ud83d' } }]);
  });

  it('says of a deletion without a subject what is wrong', async () => {
    const deleting = call(application, deletePredictions, { body: { entity: '', dryRun: false } });
    expect(await catchProblem(deleting)).toMatchObject({ code: 'invalid_request' });
  });
});
