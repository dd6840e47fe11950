import { beforeAll, expect, it } from 'vitest';
import { recordUsage } from '../../../finops/metering/schema.ts';
import { recordLabels, recordPredictions } from '../../../mlops/predictions/schema.ts';
import { postApply } from '../../../platform/manifests/schema.ts';
import { call, postponeJobs } from '../../../testing/application.ts';
import { sharedApplication } from '../../../testing/shared.ts';
import { checkGate } from '../../gates/schema.ts';
import { recordOutcomeEvents } from '../../value/schema.ts';
import { getDecision, replayDecision } from '../schema.ts';

const START = Date.parse('2026-11-10T12:00:00Z');
const HOUR = 3_600_000;
let now = START;
const application = await sharedApplication({ clock: { now: () => now } }, { lakeThreads: 1 });
const apply = (text: string) => call(application, postApply, { body: { documents: [{ file: 'c.yaml', text }] } });

beforeAll(async () => {
  await postponeJobs(application, 'forecasts.make', 'anomalies.judge');
  await apply(`
apiVersion: steelyard/v1
kind: PriceBook
metadata: {name: own}
spec: {currency: USD, source: contract, prices: [{resource: vcpu, perHour: '0.04', effectiveFrom: 2026-01-01}]}
`);
});

async function mlflow<T>(path: string, payload: object): Promise<T> {
  const url = `/api/2.0/mlflow/${path}`;
  const answer = await application.http.inject({ method: 'POST', url, headers: { host: 'localhost' }, payload });
  expect(answer.statusCode, answer.body).toBe(200);
  return answer.json() as T;
}

/** A model with versions 1 (champion) and 2, whose labels take a day, and the policies LIVE (traffic) and OTHER (its training cost). */
async function prepare(model: string): Promise<void> {
  await mlflow('registered-models/create', { name: model });
  for (const _version of ['1', '2']) {
    const { run } = await mlflow<{ run: { info: { run_id: string } } }>('runs/create', { experiment_id: '0' });
    const { run_id } = run.info;
    await mlflow('runs/log-metric', { run_id, key: 'accuracy', value: 0.9, timestamp: now });
    await mlflow('model-versions/create', { name: model, source: `mlflow-artifacts:/0/${run_id}/artifacts/m`, run_id });
    const period = { start: new Date(now - HOUR).toISOString(), end: new Date(now).toISOString() };
    const subject = { run: run_id, purpose: 'training' as const };
    const usage = { usage: `${run_id}:t`, subject, resource: 'vcpu', quantity: '1', period, origin: 'test' };
    await call(application, recordUsage, { body: { intervals: [usage] } });
  }
  await mlflow('registered-models/alias', { name: model, alias: 'champion', version: '1' });
  const policy = (name: string, terms: string) =>
    `---\n{apiVersion: steelyard/v1, kind: Policy, metadata: {name: ${name}-${model}}, spec: {model: ${model}, currency: USD, ${terms}}}\n`;
  const trainingCost = 'cost: [{measure: trainingCost, atMost: "1"}]';
  const quality = 'metric: accuracy, direction: higher';
  await apply(
    [
      `{apiVersion: steelyard/v1, kind: Monitor, metadata: {name: ${model}}, spec: {model: ${model}, quality: {kind: classification, output: class, positive: "1"}, labels: {withinDays: 1}}}\n`,
      policy(
        'live',
        `alpha: 0.05, quality: [{${quality}, nonInferiority: {margin: "0.03"}, source: live}], ${trainingCost}`,
      ),
      policy('other', `quality: [{${quality}, floor: "0.5"}], ${trainingCost}`),
      policy(
        'return',
        `quality: [{${quality}, floor: "0.5"}], cost: [{measure: roi, basis: benchmark, predictionsPerMonth: 1000, horizon: 30d, atLeast: "0"}]`,
      ),
    ].join(''),
  );
}

const named = (model: string, version: string, at: number, n: number) => `${model}-${version}-${at}-${n}`;
const ROWS = 500;

/** Predictions of six hours from an instant on, all of class 1. */
async function predict(model: string, version: string, at: number): Promise<void> {
  const predictions = Array.from({ length: ROWS }, (_, n) => ({
    prediction: named(model, version, at, n),
    ...{ model, modelVersion: version, output: { class: 1 } },
    predictedAt: new Date(at + (n * 6 * HOUR) / ROWS).toISOString(),
  }));
  await call(application, recordPredictions, { body: { predictions } });
}

/** Labels by which so many of a hundred predictions are right. */
async function label(model: string, version: string, at: number, right: number): Promise<void> {
  const labels = Array.from({ length: ROWS }, (_, n) => ({
    prediction: named(model, version, at, n),
    value: (n * 37) % 100 < right ? 1 : 0,
  }));
  await call(application, recordLabels, { body: { model, labels } });
}

async function decide(policy: string, model: string): Promise<string> {
  now += 60_000;
  const body = { model, version: '2', policy: `${policy}-${model}` };
  return (await call(application, checkGate, { body })).decision ?? '';
}

/** Runs the looks of the next minutes and the reviews that they cause. */
async function look(minutes = 10): Promise<void> {
  now += minutes * 60_000;
  for (let round = 0; round < 3; round += 1) {
    await application.events.drain();
    now += 2_000;
    await application.jobs.drain();
  }
}

const show = (decision: string) => call(application, getDecision, { params: { decision } });

it('judges a decision again when more labels matured, and only the decisions that tested them', async () => {
  await prepare('ranker');
  const early = START - 60 * HOUR;
  for (const version of ['1', '2']) await predict('ranker', version, early);
  await label('ranker', '1', early, 80);
  await label('ranker', '2', early, 90);
  const decision = await decide('live', 'ranker');
  const other = await decide('other', 'ranker');
  expect((await show(decision)).verdict).toBe('promote');
  await look();
  await look();
  expect((await show(decision)).reviews).toEqual([]);
  // Traffic of today whose labels are bad matures tomorrow, and counts from the start of the next day on.
  const today = now;
  for (const version of ['1', '2']) await predict('ranker', version, today);
  await label('ranker', '1', today, 80);
  await label('ranker', '2', today, 20);
  await look();
  expect((await show(decision)).reviews).toEqual([]);
  now = Date.parse('2026-11-12T00:05:00Z');
  await look();
  const { review } = await show(decision);
  expect(review).toMatchObject({
    ...{ status: 'would-differ', verdict: 'reject' },
    causes: [{ kind: 'labels', ids: ['ranker/2', 'ranker/1'] }],
    changedChecks: [{ side: 'quality', before: { holds: true }, now: { holds: false } }],
  });
  expect((await show(other)).review).toBeNull();
  expect(await call(application, replayDecision, { params: { decision } })).toMatchObject({ isSame: true });
  await look();
  expect((await show(decision)).reviews).toHaveLength(1);
});

it('judges a decision again when labels of matured predictions are corrected', async () => {
  await prepare('tagger');
  const early = now - 60 * HOUR;
  for (const version of ['1', '2']) await predict('tagger', version, early);
  await label('tagger', '1', early, 80);
  await label('tagger', '2', early, 90);
  const decision = await decide('live', 'tagger');
  now += 60_000;
  await label('tagger', '2', early, 60);
  await look();
  expect((await show(decision)).review).toMatchObject({
    ...{ status: 'would-differ', verdict: 'reject', causes: [{ kind: 'labels' }] },
  });
});

it('judges a decision on the return again when more outcomes count', async () => {
  await prepare('shop');
  const decision = await decide('return', 'shop');
  const live = await decide('live', 'shop');
  await look();
  expect((await show(decision)).reviews).toEqual([]);
  const at = new Date(now - HOUR).toISOString();
  await call(application, recordOutcomeEvents, {
    body: { events: [{ id: 'sale', model: 'shop', version: '2', at, amount: '12.5', currency: 'USD' }] },
  });
  now = Math.ceil(now / (24 * HOUR)) * 24 * HOUR;
  await look();
  expect((await show(decision)).review?.causes).toMatchObject([
    { kind: 'value', text: 'measured value of shop/2 and shop/1 changed' },
  ]);
  expect((await show(live)).review).toBeNull();
});
