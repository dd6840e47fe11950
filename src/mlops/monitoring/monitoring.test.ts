import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { postApply } from '../../platform/manifests/schema.ts';
import { DAY_MS } from '../../platform/units/durations.ts';
import { call, catchProblem, testApplication } from '../../testing/application.ts';
import { type MonitorWindow, showMonitor } from '../monitors/schema.ts';
import {
  importLabels,
  listPredictions,
  type Prediction,
  recordLabels,
  recordPredictions,
} from '../predictions/schema.ts';

let now = Date.parse('2026-11-10T12:00:00Z');
const data = mkdtempSync(join(tmpdir(), 'monitoring-'));
const open = () => testApplication({ clock: { now: () => now } }, { data });
let application = await open();
afterAll(() => application[Symbol.asyncDispose]());

let tests = 0;
let model: string;
let monitor: string;
beforeEach(() => {
  now = Date.parse('2026-11-10T12:00:00Z');
  tests += 1;
  [model, monitor] = [`ranker-${tests}`, `watch-${tests}`];
});

const at = (day: number, hour = 0) =>
  new Date(Date.parse('2026-11-01T00:00:00Z') + day * DAY_MS + hour * 3_600_000).toISOString();

/** Watches the model of this test. */
async function watch(more: object = {}, name = monitor): Promise<void> {
  const spec = { model, ...more };
  const text = JSON.stringify({ apiVersion: 'steelyard/v1', kind: 'Monitor', metadata: { name }, spec });
  await call(application, postApply, { body: { documents: [{ file: 'monitor.yaml', text }] } });
}

const predict = (...predictions: Partial<Prediction>[]) =>
  call(application, recordPredictions, {
    body: {
      predictions: predictions.map((each, index) => ({
        prediction: `p${index}`,
        model,
        predictedAt: at(index),
        output: 'yes',
        ...each,
      })),
    },
  });

const label = (...labels: object[]) => call(application, recordLabels, { body: { model, labels: labels as never } });
const readWindows = (query: object = {}) =>
  call(application, showMonitor, { params: { monitor }, query: { by: 'all', ...query } });
const readLabels = async (query: object = {}) =>
  Object.fromEntries(
    (await call(application, listPredictions, { query: { model, ...query } })).predictions.map((each) => [
      each.prediction,
      each.label,
    ]),
  );
const quality = (window: MonitorWindow | undefined) =>
  Object.fromEntries((window?.quality ?? []).map(({ metric, value, sampleSize }) => [metric, [value, sampleSize]]));

describe('the prediction log', () => {
  it('has what it acknowledged, once, however often it was sent, also in the next process', async () => {
    expect(await predict({}, { inputs: { age: 3 }, latencyMs: 5, caller: 'shop' })).toMatchObject({
      accepted: 2,
      rejectedRows: 0,
    });
    await predict({ output: 'no' });
    await application[Symbol.asyncDispose]();
    application = await open();
    const { predictions } = await call(application, listPredictions, { query: { model } });
    expect(predictions).toMatchObject([
      {
        prediction: 'p1',
        inputs: { age: 3 },
        latencyMs: 5,
        caller: 'shop',
        predictedAt: '2026-11-02T00:00:00.000Z',
        entity: null,
      },
      { prediction: 'p0', output: 'yes', label: null, labelledAt: null },
    ]);
  });

  it('pages through predictions of one moment, each once', async () => {
    await predict(...Array.from({ length: 5 }, () => ({ predictedAt: at(0) })));
    const seen: string[] = [];
    let pageToken: string | undefined;
    do {
      const page = await call(application, listPredictions, { query: { model, pageSize: 2, pageToken } });
      seen.push(...page.predictions.map(({ prediction }) => prediction));
      pageToken = page.nextPageToken ?? undefined;
    } while (pageToken !== undefined);
    expect(seen).toEqual(['p4', 'p3', 'p2', 'p1', 'p0']);
  });

  it('refuses what lies in the future or is too long, says which, and keeps the rest', async () => {
    const answer = await predict(
      {},
      { predictedAt: '2027-01-01T00:00:00Z' },
      { inputs: { text: 'x'.repeat(1_100_000) } },
    );
    expect(answer).toMatchObject({ accepted: 1, rejectedRows: 2, rejected: [{ line: 2 }, { line: 3 }] });
    expect(answer.rejected.map(({ reason }) => reason)).toEqual([
      '2027-01-01T00:00:00Z is in the future',
      expect.stringContaining('at most 1048576 are kept'),
    ]);
  });

  it('keeps the share that its monitor wants, the same ones each time, and never writes what it redacts', async () => {
    await watch({ log: { sample: 0.25, redact: ['email', 'user.name'] } });
    const many = Array.from({ length: 2_000 }, () => ({
      predictedAt: at(0),
      inputs: { email: 'ann@example.org', user: { name: 'Ann', age: 40 }, items: [{ email: 'bob@example.org', n: 1 }] },
      output: { email: 'ann@example.org', label: 'yes' },
    }));
    const [first, again] = [await predict(...many), await predict(...many)];
    expect(first.accepted + first.sampledOut).toBe(2_000);
    expect(first.accepted / 2_000).toBeGreaterThan(0.2);
    expect(first.accepted / 2_000).toBeLessThan(0.3);
    expect(again).toEqual(first);
    const { predictions } = await call(application, listPredictions, { query: { model, pageSize: 1 } });
    expect(predictions[0]?.inputs).toEqual({ user: { age: 40 }, items: [{ email: 'bob@example.org', n: 1 }] });
    expect(predictions[0]?.output).toEqual({ label: 'yes' });
  });
});

describe('labels', () => {
  it('find their prediction by its id, whichever comes first, and the last correction counts', async () => {
    await label({ prediction: 'p0', value: 'no' }, { prediction: 'nobody', value: 'no' });
    await watch();
    await predict({}, {});
    expect(await readLabels()).toEqual({ p0: 'no', p1: null });
    now += 1_000;
    await label({ prediction: 'p0', value: 'yes' });
    expect(await readLabels()).toEqual({ p0: 'yes', p1: null });
    expect(await readWindows()).toMatchObject({
      unmatchedLabels: 1,
      windows: [{ predictions: 2, labelled: 1, completeness: 0.5, quality: [] }],
    });
  });

  it('find the last prediction about their entity before them, within the days that the monitor says', async () => {
    await watch({ labels: { withinDays: 3 } });
    await predict({ entity: 'ann' }, { entity: 'bob' }, { entity: 'ann' }, { entity: 'ann' });
    await label(
      { entity: 'ann', observedAt: at(0, 12), value: 'first' },
      { entity: 'ann', observedAt: at(0, 18), value: 'later' },
      { entity: 'ann', observedAt: at(7), value: 'too late' },
      { entity: 'bob', observedAt: at(0, 23), value: 'before it' },
      { entity: 'ann', observedAt: at(2), value: 'at that moment' },
    );
    expect(await readLabels()).toEqual({ p0: 'first', p1: null, p2: 'at that moment', p3: null });
  });

  it('of an entity are not of an earlier prediction because a later one is left out of the question', async () => {
    await predict({ entity: 'ann', modelVersion: '1' }, { entity: 'ann', modelVersion: '2' });
    await label({ entity: 'ann', observedAt: at(2), value: 'yes' });
    expect(await readLabels({ modelVersion: '1' })).toEqual({ p0: null });
    expect(await readLabels({ end: at(1) })).toEqual({ p0: null });
    expect(await readLabels({ start: at(1) })).toEqual({ p1: 'yes' });
  });

  it('are as they were known at any time before', async () => {
    await watch({ quality: { kind: 'classification' } });
    await predict({});
    now += DAY_MS;
    await label({ prediction: 'p0', value: 'no' });
    now += DAY_MS;
    await label({ prediction: 'p0', value: 'yes' });
    const known = async (days: number) => (await readWindows({ knownAt: at(9 + days, 13) })).windows.map(quality);
    expect(await known(-1)).toEqual([]);
    expect(await known(0)).toEqual([{ accuracy: [null, 0] }]);
    expect(await known(1)).toEqual([{ accuracy: [0, 1] }]);
    expect(await known(2)).toEqual([{ accuracy: [1, 1] }]);
  });

  it.each([
    [{ value: 1 }, 'a prediction or an entity'],
    [{ prediction: 'p', entity: 'ann', observedAt: at(0), value: 1 }, 'a prediction or an entity'],
    [{ entity: 'ann', value: 1 }, 'observedAt with an entity'],
  ])('such as %j are refused', async (one, reason) => {
    expect(JSON.stringify(await catchProblem(label(one)))).toContain(reason);
  });

  it('come from a file, row by row; what is wrong with a row is said, and the rest is kept', async () => {
    await watch({ quality: { kind: 'regression' } });
    await predict({ output: 1.5 }, { output: 2, entity: 'ann' });
    const file = async (name: string, text: string, columns: object) => {
      const url = `/api/v1/uploads?name=${name}`;
      const headers = { host: 'localhost', 'content-type': 'application/octet-stream' };
      const { upload } = (await application.http.inject({ method: 'POST', url, headers, payload: text })).json();
      return call(application, importLabels, { body: { upload, model, columns: columns as never } });
    };
    expect(await file('a.csv', 'id,y\np0,2.5\np1,\np9,7\n', { prediction: 'id', value: 'y' })).toMatchObject({
      accepted: 2,
      rejected: [{ line: 2, reason: 'the label is null: omit it until it is known' }],
    });
    expect(
      await file('b.csv', 'who,when,y\nann,2026-11-03 00:00:00,4\nann,soon,5\n', {
        entity: 'who',
        observedAt: 'when',
        value: 'y',
      }),
    ).toMatchObject({ accepted: 1, rejectedRows: 1, rejected: [{ line: 2 }] });
    expect(await readLabels()).toEqual({ p0: 2.5, p1: 4 });
    expect((await readWindows()).windows.map(quality)).toEqual([{ mae: [1.5, 2], rmse: [Math.sqrt(2.5), 2] }]);
    const problem = await catchProblem(file('c.csv', 'id,y\np0,1\n', { prediction: 'gone', value: 'y' }));
    expect(problem).toMatchObject({ code: 'label_file_malformed', detail: expect.stringContaining('c.csv') });
  });
});

describe('quality', () => {
  it('of classes is accuracy, precision and recall, each with its interval and what it is over', async () => {
    await watch({ quality: { kind: 'classification', output: 'label', positive: 1 } });
    const pairs = [
      [1, 1],
      [1, 0],
      [0, 1],
      [1, '1'],
      [0, 0],
      [1, 1.0],
    ] as const;
    await predict(...pairs.map(([output]) => ({ predictedAt: at(0), output: { label: output } })), {
      predictedAt: at(0),
      output: 'garbage',
    });
    await label(...pairs.map(([, value], index) => ({ prediction: `p${index}`, value })), {
      prediction: 'p6',
      value: 1,
    });
    const [window] = (await readWindows()).windows;
    expect(window).toMatchObject({ predictions: 7, labelled: 7, unmeasured: 1 });
    expect(quality(window)).toEqual({
      accuracy: [4 / 6, 6],
      precision: [3 / 4, 4],
      recall: [3 / 4, 4],
      f1: [expect.closeTo(3 / 4, 12), 5],
    });
    const [accuracy] = window?.quality ?? [];
    expect([accuracy?.lower, accuracy?.upper].map((end) => end?.toFixed(4))).toEqual(['0.3000', '0.9032']);
  });

  it('of rankings is NDCG, recall and reciprocal rank of the first k', async () => {
    await watch({ quality: { kind: 'ranking', k: 3 } });
    await predict({ output: ['a', 'b', 'c', 'd'] }, { output: ['a', 'b'] }, { output: [7, 8, 9] }, { output: ['a'] });
    await label(
      { prediction: 'p0', value: ['c', 'd', 'x'] },
      { prediction: 'p1', value: 'z' },
      { prediction: 'p2', value: 8 },
      { prediction: 'p3', value: [] },
    );
    const [window] = (await readWindows()).windows;
    const ideal = 1 + 1 / Math.log2(3) + 1 / 2;
    const found = quality(window);
    expect(found['ndcg@3']?.[0]).toBeCloseTo((1 / 2 / ideal + 0 + 1 / Math.log2(3)) / 3, 12);
    expect(found['recall@3']?.[0]).toBeCloseTo((1 / 3 + 0 + 1) / 3, 12);
    expect(found['mrr@3']?.[0]).toBeCloseTo((1 / 3 + 0 + 1 / 2) / 3, 12);
    expect(Object.values(found).map((one) => one[1])).toEqual([3, 3, 3]);
  });

  it('comes by window, by slice, and of one version, with latencies', async () => {
    await watch({ quality: { kind: 'classification' } });
    const country = (name: string, day: number, version: string, latencyMs: number) => ({
      predictedAt: at(day),
      inputs: { 'home country': name },
      modelVersion: version,
      latencyMs,
    });
    await predict(country('DE', 0, '1', 10), country('FR', 0, '1', 20), country('DE', 1, '2', 30));
    const facts = (windows: MonitorWindow[]) =>
      windows.map(({ period, slice, predictions, latencyMs }) => [
        period?.start.slice(0, 10),
        slice,
        predictions,
        latencyMs?.p50,
      ]);
    expect(facts((await readWindows({ by: 'day' })).windows)).toEqual([
      ['2026-11-01', null, 2, 15],
      ['2026-11-02', null, 1, 30],
    ]);
    expect(facts((await readWindows({ slice: 'home country' })).windows)).toEqual([
      [undefined, 'DE', 2, 20],
      [undefined, 'FR', 1, 20],
    ]);
    expect(facts((await readWindows({ modelVersion: '2' })).windows)).toEqual([[undefined, null, 1, 30]]);
    expect((await readWindows({ by: 'month' })).windows[0]?.period).toEqual({
      start: '2026-11-01T00:00:00Z',
      end: '2026-12-01T00:00:00Z',
    });
  });
});

describe('a monitor', () => {
  it('is one for each model, and one that is not there is said to be', async () => {
    await watch();
    expect(await catchProblem(watch({}, 'other'))).toMatchObject({ code: 'monitor_model_taken' });
    const asked = call(application, showMonitor, { params: { monitor: 'nobody' } });
    expect(await catchProblem(asked)).toMatchObject({ code: 'monitor_not_found' });
  });
});
