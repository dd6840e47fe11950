import { beforeEach, describe, expect, it, vi } from 'vitest';
import { recordUsage } from '../../finops/metering/schema.ts';
import { recordPredictions } from '../../mlops/predictions/schema.ts';
import { postApply } from '../../platform/manifests/schema.ts';
import { call, catchProblem } from '../../testing/application.ts';
import { sharedApplication } from '../../testing/shared.ts';
import { getDecision, replayDecision } from '../decisions/schema.ts';
import { getVersionEvidence } from '../evidence/schema.ts';
import { checkGate } from '../gates/schema.ts';
import { getModelValue, recordOutcomeEvents } from './schema.ts';

const NOW = Date.parse('2026-11-10T12:00:00Z');
const AT = '2026-11-09T12:00:00Z';

const application = await sharedApplication({ clock: { now: () => NOW } });
const apply = (text: string) => call(application, postApply, { body: { documents: [{ file: 'c.yaml', text }] } });

let model = '';
let tests = 0;
beforeEach(async () => {
  tests += 1;
  model = `valued-${tests}`;
  await registerVersion();
  await registerVersion();
});

async function mlflow<T>(path: string, payload: object): Promise<T> {
  const url = `/api/2.0/mlflow/${path}`;
  const answer = await application.http.inject({ method: 'POST', url, headers: { host: 'localhost' }, payload });
  if (answer.statusCode !== 200) throw new Error(answer.body);
  return answer.json() as T;
}

async function registerVersion(): Promise<string> {
  const { run } = await mlflow<{ run: { info: { run_id: string } } }>('runs/create', {
    experiment_id: '0',
    start_time: NOW,
  });
  const { run_id: runId } = run.info;
  await mlflow('runs/log-metric', { run_id: runId, key: 'accuracy', value: 0.9, timestamp: NOW, step: 0 });
  await mlflow('registered-models/create', { name: model }).catch(() => undefined);
  const source = `mlflow-artifacts:/0/${runId}/artifacts/model`;
  await mlflow('model-versions/create', { name: model, source, run_id: runId });
  await mlflow('runs/update', { run_id: runId, status: 'FINISHED', end_time: NOW });
  return runId;
}

const predict = (count: number, version: string, first = 0) =>
  call(application, recordPredictions, {
    body: {
      predictions: Array.from({ length: count }, (_, at) => ({
        ...{
          prediction: `${model}-p${first + at}`,
          model,
          modelVersion: version,
          predictedAt: AT,
          output: 1,
          inputs: {},
        },
      })),
    },
  });

const event = (id: string, change: object = {}) => ({ id, model, at: AT, amount: '5', currency: 'USD', ...change });
const record = (...events: readonly object[]) =>
  call(application, recordOutcomeEvents, { body: { events: events as never } });
const show = (query: object = {}) => call(application, getModelValue, { params: { model }, query });
const showVersion = async (version: string) => (await show()).versions.find((one) => one.version === version);

describe('outcome events', () => {
  it('count for the version of their prediction, with the mean over all logged predictions and its interval', async () => {
    await predict(1000, '1');
    await predict(100, '2', 1000);
    const outcomes = Array.from({ length: 12 }, (_, at) => event(`e${at}`, { prediction: `${model}-p${at}` }));
    expect(await record(...outcomes)).toEqual({ accepted: 12, duplicates: 0, rejectedRows: 0, rejected: [] });
    const value = await showVersion('1');
    expect(value).toMatchObject({
      perPrediction: { amount: '0.06', currency: 'USD' },
      total: { amount: '60', currency: 'USD' },
      ...{ events: 12, predictions: 1000, withOutcome: 12, completeness: 1, reason: null },
    });
    expect(Number(value?.interval?.lower)).toBeCloseTo(0.0262, 4);
    expect(await showVersion('2')).toMatchObject({ perPrediction: null, events: 0, total: null });
    const params = { model, version: '1' };
    const evidence = await call(application, getVersionEvidence, { params });
    expect(evidence.value).toMatchObject([{ source: 'events', perPrediction: { amount: '0.06' } }]);
  });

  it('are idempotent by id, and another content of a known id is rejected', async () => {
    expect(await record(event('a'), event('b'), event('a'))).toMatchObject({
      accepted: 2,
      duplicates: 1,
      rejectedRows: 0,
    });
    const again = await record(event('a'), event('b', { amount: '6' }));
    expect(again).toMatchObject({ accepted: 0, duplicates: 1, rejectedRows: 1 });
    expect(again.rejected[0]).toMatchObject({ line: 2, reason: expect.stringContaining('stored with other content') });
    await record(event('tagged', { customer: 'acme', feature: 'list' }));
    const tagged = await record(
      event('tagged', { customer: 'acme', feature: 'list' }),
      event('tagged', { customer: 'acme', feature: 'banner' }),
      event('tagged', { feature: 'list' }),
    );
    expect(tagged).toMatchObject({ accepted: 0, duplicates: 1, rejectedRows: 2 });
    // The same amount in another notation is the same content.
    expect(await record(event('a', { amount: '5.00' }))).toMatchObject({ duplicates: 1 });
  });

  it('are rejected one by one with the reason, and the valid ones are stored', async () => {
    const answer = await record(
      event('ok'),
      event('future', { at: '2026-11-10T12:06:00Z' }),
      event('deleted', { model: 'no-such-model' }),
      event('version', { version: '9' }),
      event('fine', { amount: '0.0000001' }),
      event('large', { amount: '1000000001' }),
      event('currency', { currency: 'usd' }),
      { id: 'nothing' },
      'text' as never,
    );
    expect(answer).toMatchObject({ accepted: 1, duplicates: 0, rejectedRows: 8 });
    expect(answer.rejected.map(({ line, reason }) => `${line} ${reason}`)).toEqual([
      '2 at 2026-11-10T12:06:00Z is in the future',
      '3 there is no registered model "no-such-model"',
      `4 model "${model}" has no version "9"`,
      expect.stringMatching(/^5 amount: at most 6 decimals/),
      expect.stringMatching(/^6 amount: at most 6 decimals/),
      expect.stringMatching(/^7 currency: /),
      expect.stringMatching(/^8 model: /),
      expect.stringMatching(/^9 /),
    ]);
  });

  it('can be refunds, and are summed exactly', async () => {
    await predict(10, '1');
    await record(
      event('sale', { version: '1', amount: '0.1' }),
      event('other', { version: '1', amount: '0.2' }),
      event('refund', { version: '1', amount: '-0.300001' }),
    );
    expect(await showVersion('1')).toMatchObject({
      total: { amount: '-0.000001' },
      perPrediction: { amount: '-0.0000001' },
    });
  });

  it('add up for one prediction before the variance is taken', async () => {
    await predict(2, '1');
    const prediction = `${model}-p0`;
    await record(event('a', { prediction, amount: '3' }), event('b', { prediction, amount: '-1' }));
    // Values 2 and 0: mean 1, variance 2.
    expect(await showVersion('1')).toMatchObject({
      perPrediction: { amount: '1' },
      variance: 2,
      withOutcome: 1,
      events: 2,
    });
  });

  it('are never added in two currencies', async () => {
    await predict(10, '1');
    await record(event('a', { version: '1' }), event('b', { version: '1', currency: 'EUR' }));
    expect(await showVersion('1')).toMatchObject({
      perPrediction: null,
      total: null,
      reason: 'the outcome events are in EUR and USD; currencies are not added',
    });
  });

  it('without a version are listed apart, and lower the completeness', async () => {
    await predict(10, '1');
    await record(event('a', { version: '1' }), event('b'), event('c', { prediction: 'not logged' }));
    const value = await show();
    expect(value.unattributed).toEqual([{ currency: 'USD', total: '10', events: 2 }]);
    expect(value.versions.find(({ version }) => version === '1')?.completeness).toBeCloseTo(1 / 3, 9);
  });

  it('that arrive before their prediction is logged get its version later', async () => {
    const prediction = `${model}-p0`;
    await record(event('early', { prediction }));
    expect((await show()).unattributed).toMatchObject([{ events: 1 }]);
    await predict(10, '2');
    await application.jobs.enqueue(application.store, { kind: 'value.attribute', payload: null });
    await vi.waitFor(async () => expect(await showVersion('2')).toMatchObject({ events: 1, total: { amount: '5' } }));
    expect((await show()).unattributed).toEqual([]);
  });

  it('of a prediction that the log knows count for its version, whatever the event states', async () => {
    await predict(10, '2');
    await record(event('a', { prediction: `${model}-p0`, version: '1' }));
    expect(await showVersion('2')).toMatchObject({ events: 1 });
    expect(await showVersion('1')).toMatchObject({ events: 0 });
  });

  it('are counted in the window of their prediction', async () => {
    await predict(10, '1');
    await record(event('a', { prediction: `${model}-p0`, at: '2026-11-10T11:00:00Z' }));
    const until = { end: '2026-11-10T00:00:00Z' };
    expect((await show(until)).versions.find(({ version }) => version === '1')).toMatchObject({ events: 1 });
    expect((await show({ start: until.end })).versions.find(({ version }) => version === '1')).toMatchObject({
      events: 0,
    });
    expect(await catchProblem(show({ start: AT, end: AT }))).toMatchObject({ code: 'invalid_request' });
  });

  it('of an unknown model have no value to show', async () => {
    const unknown = call(application, getModelValue, { params: { model: 'no-such-model' }, query: {} });
    expect(await catchProblem(unknown)).toMatchObject({ code: 'model_not_found', status: 404 });
  });
});

describe('a stated value', () => {
  const modelValue = (name: string, amount: string) =>
    apply(`apiVersion: steelyard/v1
kind: ModelValue
metadata: {name: ${name}}
spec: {model: ${model}, perPrediction: {amount: '${amount}', currency: USD}, outcomesWithin: 1d}
`);

  it('is kept for the model, once, and leaves out predictions whose outcomes may still come', async () => {
    expect((await modelValue(model, '0.5')).applied[0]?.outcome).toBe('created');
    expect((await modelValue(model, '0.5')).applied[0]?.outcome).toBe('unchanged');
    expect((await modelValue(model, '0.6')).applied[0]?.outcome).toBe('changed');
    expect(await catchProblem(modelValue(`${model}-b`, '1'))).toMatchObject({
      code: 'model_value_exists',
      status: 409,
    });
    const value = await show();
    expect(value.stated).toMatchObject({ perPrediction: { amount: '0.6' }, origin: `stated by ModelValue ${model}` });
    expect(value.window.end).toBe('2026-11-09T12:00:00.000Z');
  });

  it('comes after the measured value and before that of a metric, which the monitor states', async () => {
    await modelValue(model, '0.5');
    await apply(`apiVersion: steelyard/v1
kind: Monitor
metadata: {name: ${model}}
spec:
  model: ${model}
  quality: {kind: classification}
  valuePerPrediction: {amount: '2', currency: USD, metric: accuracy}
`);
    const { value } = await call(application, getVersionEvidence, { params: { model, version: '1' } });
    expect(value?.map(({ source, perPrediction }) => [source, perPrediction?.amount])).toEqual([
      ['stated', '0.5'],
      ['metric', '1.8'],
    ]);
    expect((await show()).perUnit).toEqual({
      metric: 'accuracy',
      value: { amount: '2', currency: 'USD' },
      monitor: model,
    });
  });

  it('is asked for by a gate with a return that has no value yet', async () => {
    await apply(`apiVersion: steelyard/v1
kind: Policy
metadata: {name: ${model}}
spec:
  model: ${model}
  currency: USD
  quality: [{metric: accuracy, direction: higher, floor: '0.5'}]
  cost: [{measure: roi, horizon: 180d, predictionsPerMonth: 1000, atLeast: '0.2'}]
`);
    const body = { model, version: '1', policy: model, dryRun: true };
    const { verdict, checks } = await call(application, checkGate, { body });
    const found = checks.find(({ name }) => name === 'return');
    expect([verdict, found?.result]).toEqual(['hold', 'inconclusive']);
    expect(found?.parts?.map(({ name, amount }) => [name, amount])).toEqual([
      ['value', null],
      ['cost to run', null],
      ['making cost', null],
    ]);
  });
});

describe('a return that outcome events show', () => {
  it('promotes a version by the lower end, records its parts, and is replayed with the same verdict', async () => {
    const runId = await registerVersion();
    await apply(`apiVersion: steelyard/v1
kind: PriceBook
metadata: {name: own}
spec: {currency: USD, source: test, prices: [{resource: vcpu, perHour: '0.10', effectiveFrom: 2026-01-01}]}
---
apiVersion: steelyard/v1
kind: Policy
metadata: {name: ${model}}
spec:
  model: ${model}
  currency: USD
  cost:
    - {measure: roi, basis: benchmark, predictionsPerMonth: 100000, horizon: 365d, atLeast: '0.5'}
    - {measure: makingCost, atMost: '1'}
  quality: [{metric: accuracy, direction: higher, floor: '0.5'}]
`);
    const usage = (name: string, subject: object, predictions: object) => ({
      ...{ usage: `${model}-${name}`, subject, resource: 'vcpu', quantity: '1', origin: 'test' },
      period: { start: new Date(NOW - 3_600_000).toISOString(), end: new Date(NOW).toISOString() },
      ...predictions,
    });
    const intervals = [
      usage('train', { run: runId, purpose: 'training' }, {}),
      usage('bench', { model, modelVersion: '3', purpose: 'inference' }, { predictions: 1000 }),
    ];
    await call(application, recordUsage, { body: { intervals } });
    await predict(1000, '3');
    await record(
      ...Array.from({ length: 100 }, (_, at) => event(`e${at}`, { prediction: `${model}-p${at}`, amount: '0.01' })),
    );
    const body = { model, version: '3', dryRun: false };
    const { decision, checks, verdict } = await vi.waitFor(async () => {
      const answer = await call(application, checkGate, { body: { ...body, dryRun: true } });
      expect(answer.checks.find(({ name }) => name === 'making cost')?.holds).toBe(true);
      return call(application, checkGate, { body });
    });
    // A month: value 100,000 x 0.001 = 100, cost to run 100 x 0.10 = 10, making cost 0.10 over 12 months.
    expect(verdict).toBe('promote');
    const found = checks.find(({ name }) => name === 'return');
    expect(found?.parts?.map(({ amount }) => Number(amount))).toEqual([100, 10, expect.closeTo(0.1 / 12, 6)]);
    expect(Number(found?.measured)).toBeCloseTo(100 / (10 + 0.1 / 12) - 1, 5);
    const params = { decision: decision ?? '' };
    expect(await call(application, replayDecision, { params })).toMatchObject({ verdict: 'promote' });
    const taken = await call(application, getDecision, { params });
    expect(taken.evidence.candidate.value?.[0]).toMatchObject({
      source: 'events',
      predictions: 1000,
      withOutcome: 100,
    });
    expect(taken.evidence.candidate.makingCost?.parts.map(({ run }) => run)).toEqual([runId]);
  });
});
