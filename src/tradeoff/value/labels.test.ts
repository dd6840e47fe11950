import { beforeEach, describe, expect, it } from 'vitest';
import { recordUsage } from '../../finops/metering/schema.ts';
import { recordLabels, recordPredictions } from '../../mlops/predictions/schema.ts';
import { postApply } from '../../platform/manifests/schema.ts';
import { call, catchProblem } from '../../testing/application.ts';
import { sharedApplication } from '../../testing/shared.ts';
import { getVersionEvidence } from '../evidence/schema.ts';
import { getModelReturn, listReturns } from '../returns/schema.ts';
import { getModelValue, recordOutcomeEvents } from './schema.ts';

const NOW = Date.parse('2026-11-10T12:00:00Z');
const DAY = '2026-11-03';
const application = await sharedApplication({ clock: { now: () => NOW } });

let model = '';
let tests = 0;
beforeEach(async () => {
  tests += 1;
  model = `labelled-${tests}`;
  await registerVersion();
  await registerVersion();
});

async function mlflow<T>(path: string, payload: object): Promise<T> {
  const url = `/api/2.0/mlflow/${path}`;
  const answer = await application.http.inject({ method: 'POST', url, headers: { host: 'localhost' }, payload });
  if (answer.statusCode !== 200) throw new Error(answer.body);
  return answer.json() as T;
}

async function registerVersion(): Promise<void> {
  await mlflow('registered-models/create', { name: model }).catch(() => undefined);
  await mlflow('model-versions/create', { name: model, source: 's3://models/a' });
}

/** A prediction `p` of version 1 on DAY, unless changed. */
const predict = (...changes: readonly object[]) =>
  call(application, recordPredictions, {
    body: {
      predictions: changes.map((change) => ({
        ...{ prediction: 'p', model, modelVersion: '1', predictedAt: `${DAY}T10:00:00Z`, output: 1, inputs: {} },
        ...change,
      })),
    },
  });
const label = (...labels: readonly { readonly prediction?: string; readonly value: unknown }[]) =>
  call(application, recordLabels, {
    body: {
      model,
      labels: labels.map((one) => ({ prediction: 'p', observedAt: `${DAY}T12:00:00Z`, ...one })) as never,
    },
  });
const declare = (labels: object | null, rest: object = {}) => {
  const spec = { model, ...(labels === null ? {} : { labels: { currency: 'EUR', ...labels } }), ...rest };
  const document = { apiVersion: 'steelyard/v1', kind: 'ModelValue', metadata: { name: model }, spec };
  return call(application, postApply, { body: { documents: [{ file: 'v.yaml', text: JSON.stringify(document) }] } });
};
const monitor = (spec: object) => {
  const document = { apiVersion: 'steelyard/v1', kind: 'Monitor', metadata: { name: model }, spec: { model, ...spec } };
  return call(application, postApply, { body: { documents: [{ file: 'm.yaml', text: JSON.stringify(document) }] } });
};
const send = (...changes: readonly object[]) =>
  call(application, recordOutcomeEvents, {
    body: {
      events: changes.map((change) => ({
        model,
        at: `${DAY}T10:00:00Z`,
        amount: '5',
        currency: 'EUR',
        ...change,
      })) as never,
    },
  });
const WINDOW = { start: '2026-11-01', end: '2026-11-10' };
const ask = async (by: string) => {
  const query = { by: by as 'model', ...(by === 'team' ? {} : { model }), ...WINDOW };
  return (await call(application, listReturns, { query })).rows;
};
const askValue = async (by = 'model', key: string | null = model) =>
  (await ask(by)).find((row) => row.key === key)?.value;
const show = async (version: string) =>
  (await call(application, getModelValue, { params: { model }, query: {} })).versions.find(
    (one) => one.version === version,
  );
const eur = (amount: string) => ({ amount, currency: 'EUR' });

describe('value of labels', () => {
  it('is the amount of each label that meets the condition, 0 of the others, by version and in total', async () => {
    await predict(
      { prediction: 'a' },
      { prediction: 'b' },
      { prediction: 'c' },
      { prediction: 'd', modelVersion: '2' },
    );
    await label(
      ...[
        { prediction: 'a', value: 1 },
        { prediction: 'b', value: 0 },
        { prediction: 'd', value: 1 },
      ],
    );
    await declare({ worth: [{ equals: 1, amount: '0.12' }] });
    expect(await askValue()).toMatchObject({ total: eur('0.24'), source: 'labels', outcomes: 2, reason: null });
    expect(await askValue('version', '1')).toMatchObject({ total: eur('0.12'), outcomes: 1 });
    expect(await askValue('version', '2')).toMatchObject({ total: eur('0.12'), outcomes: 1 });
    expect(await show('1')).toMatchObject({
      ...{ source: 'labels', perPrediction: eur('0.04'), total: eur('0.12'), events: 1, predictions: 3 },
      ...{ withOutcome: 1, completeness: 1, reason: null, origin: '1 outcome on 3 logged predictions' },
    });
    const { value } = await call(application, getVersionEvidence, { params: { model, version: '2' } });
    expect(value).toMatchObject([{ source: 'labels', perPrediction: eur('0.12') }]);
    const { trend } = await call(application, getModelReturn, { params: { model }, query: WINDOW });
    expect(trend).toMatchObject([{ day: DAY, value: '0.24' }]);
  });

  it('changes the day of the prediction when a label is late, corrected or sent again', async () => {
    await predict({ prediction: 'a' }, { prediction: 'b', predictedAt: '2026-11-04T23:59:59.999Z' });
    await declare({ worth: [{ equals: 1, amount: '3' }] });
    await label({ prediction: 'a', value: 1 });
    expect(await askValue()).toMatchObject({ total: eur('3') });
    await label({ prediction: 'b', value: 1 }, { prediction: 'a', value: 1 });
    expect(await askValue()).toMatchObject({ total: eur('6'), outcomes: 2 });
    const { trend } = await call(application, getModelReturn, { params: { model }, query: WINDOW });
    expect(trend.map(({ day, value }) => [day, value])).toEqual([
      [DAY, '3'],
      ['2026-11-04', '3'],
    ]);
    await label({ prediction: 'a', value: 0 });
    expect(await askValue()).toMatchObject({ total: eur('3'), outcomes: 1 });
  });

  it('is 0 where labels meet no condition, and unknown without a label', async () => {
    await declare({ worth: [{ equals: 1, amount: '1' }] });
    expect(await askValue()).toBeUndefined();
    await predict({ prediction: 'a' }, { prediction: 'b', modelVersion: '2' });
    const [unknown] = (await ask('version')).map(({ value }) => value);
    expect(unknown).toMatchObject({
      total: null,
      reason: `ModelValue ${model} values labels, and no label of the 2 logged predictions has arrived`,
    });
    expect(await show('1')).toMatchObject({
      ...{ total: null, perPrediction: null, source: 'labels' },
      reason: 'the version has no label of a prediction in the window',
    });
    await label({ prediction: 'a', value: 0 });
    expect(await askValue()).toMatchObject({ total: eur('0'), outcomes: 0, reason: null });
    expect(await askValue('version', '2')).toMatchObject({
      total: null,
      reason: 'no label of its predictions has arrived',
    });
    expect(await show('1')).toMatchObject({ total: eur('0'), perPrediction: eur('0') });
  });

  it('is the stated value where no label has arrived', async () => {
    await predict({});
    await declare({ worth: [{ equals: 1, amount: '1' }] }, { perPrediction: eur('0.5') });
    expect(await askValue()).toMatchObject({ total: eur('0.5'), source: 'stated' });
    await label({ value: 1 });
    expect(await askValue()).toMatchObject({ total: eur('1'), source: 'labels' });
  });

  it('has the amount of the first entry that the label meets, also a loss, and of one endpoint', async () => {
    await predict({ prediction: 'a', endpoint: 'shop' }, { prediction: 'b', endpoint: 'app' }, { prediction: 'c' });
    await label(
      ...['a', 'b', 'c'].map((prediction) => ({ prediction, value: prediction === 'c' ? 'returned' : 'kept' })),
    );
    await declare({
      worth: [
        { endpoint: 'shop', equals: 'kept', amount: '10' },
        { equals: 'kept', amount: '1' },
        { amount: '-0.000001' },
      ],
    });
    expect(await askValue()).toMatchObject({ total: eur('10.999999'), outcomes: 3 });
    expect(await askValue('endpoint', 'shop')).toMatchObject({ total: eur('10'), source: 'labels', outcomes: 1 });
    expect(await askValue('endpoint', 'app')).toMatchObject({ total: eur('1') });
  });

  it('is read from a field of label, output or inputs, exactly and rounded to 6 decimals', async () => {
    const ids = ['a', 'b', 'c', 'd'];
    await predict(...ids.map((prediction) => ({ prediction, inputs: { price: 0.1 }, output: { score: 0.2 } })));
    const amounts = [0.1, '0.20', 999_999_999.999999, 1.0000005];
    await label(...ids.map((prediction, at) => ({ prediction, value: { amount: amounts[at] } })));
    await declare({ worth: [{ amountField: 'label.amount' }] });
    expect(await askValue()).toMatchObject({ total: eur('1000000001.3'), outcomes: 4 });
    await declare({ worth: [{ amountField: 'inputs.price' }] });
    expect(await askValue()).toMatchObject({ total: eur('0.4') });
    await declare({ worth: [{ field: 'label.amount', equals: '0.2', amountField: 'output.score' }] });
    expect(await askValue()).toMatchObject({ total: eur('0.2'), outcomes: 1 });
  });

  it('leaves out labels without a readable amount, and says so', async () => {
    const values = [2, '3', 'x', true, null, 1e308, -1e10, [1], '0x10', ' 4', 'NaN', 1e9, -1e9, '1e3'];
    const ids = values.map((_, at) => `p${at}`);
    await predict(...ids.map((prediction) => ({ prediction })));
    await label(...ids.map((prediction, at) => ({ prediction, value: { amount: values[at] } })));
    await declare({ worth: [{ amountField: 'label.amount' }] });
    const [row] = await ask('model');
    expect(row?.value).toMatchObject({ total: eur('1005'), outcomes: 5 });
    expect(row?.notes).toContain('9 labels have no readable amount and no part in the value.');
    expect(await show('1')).toMatchObject({
      total: eur('1005'),
      completeness: expect.closeTo(5 / 14, 9),
      origin: '5 outcomes on 14 logged predictions; 9 labels without a readable amount are left out',
    });
  });

  it('is read from fields of any name', async () => {
    const names = [
      `it's`,
      'a"b',
      'a/b~c',
      '~1',
      `'); DROP TABLE labelled; --`,
      '$[*]',
      'naïve 😀',
      'line\nbreak',
      '',
      '0',
    ];
    const inputs = { ...Object.fromEntries(names.map((name) => [name, { x: 7 }])), 'dotted.name': 7 };
    await predict({ inputs });
    await label({ value: 1 });
    for (const name of [...names.map((one) => `inputs.${one}.x`), 'inputs.dotted.name']) {
      await declare({ worth: [{ amountField: name }], customer: name });
      expect([name, await askValue('customer', '7')]).toMatchObject([name, { total: eur('7'), outcomes: 1 }]);
    }
    await declare({ worth: [{ amountField: 'inputs.it.s' }] });
    expect(await askValue()).toMatchObject({ total: eur('0'), outcomes: 0 });
  });

  it('has the tags of logged fields, which share the cost by predictions with an amount', async () => {
    const book = `apiVersion: steelyard/v1\nkind: PriceBook\nmetadata: {name: own}\nspec: {currency: EUR, source: t, prices: [{resource: "gpu:A10G", perHour: "3", effectiveFrom: 2026-01-01}]}`;
    await call(application, postApply, { body: { documents: [{ file: 'p.yaml', text: book }] } });
    const period = { start: `${DAY}T10:00:00Z`, end: `${DAY}T11:00:00Z` };
    const subject = { model, modelVersion: '1', endpoint: 'home', purpose: 'inference' as const };
    const usage = { usage: model, resource: 'gpu:A10G', quantity: '1', origin: 'test', predictions: 3 };
    await call(application, recordUsage, { body: { intervals: [{ subject, period, ...usage }] } });
    await predict(
      { prediction: 'a', caller: 'acme', inputs: { slot: 'list' } },
      { prediction: 'b', caller: 'acme', inputs: { slot: 'banner' } },
      { prediction: 'c', inputs: {} },
    );
    await declare({ worth: [{ equals: 1, amount: '2' }], customer: 'caller', feature: 'inputs.slot' });
    const query = { by: 'model' as const, model, ...WINDOW };
    const { costsWithoutValue } = await call(application, listReturns, { query });
    expect(costsWithoutValue).toMatchObject([
      { key: model, amount: eur('3'), reason: expect.stringContaining('no label of the 3 logged predictions') },
    ]);
    await label(...['a', 'b', 'c'].map((prediction) => ({ prediction, value: 1 })));
    const acme = (await ask('customer')).find(({ key }) => key === 'acme');
    expect(acme?.value).toMatchObject({ total: eur('4'), source: 'labels', outcomes: 2 });
    expect(acme?.running.cost).toEqual(eur('2'));
    expect(await askValue('customer', null)).toMatchObject({ total: eur('2') });
    expect(await askValue('feature', 'banner')).toMatchObject({ total: eur('2'), outcomes: 1 });
    expect((await ask('model'))[0]).toMatchObject({
      contribution: { amount: eur('3') },
      costPerOutcome: { cost: eur('1') },
    });
  });

  it('counts a prediction once: sent twice, on two days, or with a label of its entity and of its id', async () => {
    await predict({ entity: 'u1' });
    await predict({ entity: 'u1', predictedAt: '2026-11-05T10:00:00Z' }, {});
    await call(application, recordLabels, {
      body: { model, labels: [{ entity: 'u1', observedAt: `${DAY}T11:00:00Z`, value: 1 }] },
    });
    await label({ value: 1 });
    await declare({ worth: [{ equals: 1, amount: '1' }] });
    expect(await askValue()).toMatchObject({ total: eur('1'), outcomes: 1 });
    const query = { by: 'model' as const, model, start: '2026-11-05', end: '2026-11-06' };
    const [later] = (await call(application, listReturns, { query })).rows;
    expect(later?.value.total ?? null).toBeNull();
  });

  it('is unknown where a monitor stores a sample of the predictions; its mean is not', async () => {
    await monitor({ log: { sample: 0.5 } });
    await predict(...Array.from({ length: 40 }, (_, at) => ({ prediction: `p${at}` })));
    await label(...Array.from({ length: 40 }, (_, at) => ({ prediction: `p${at}`, value: 1 })));
    await declare({ worth: [{ equals: 1, amount: '1' }] });
    const [row] = await ask('model');
    expect(row?.value.total ?? null).toBeNull();
    expect((await ask('version'))[0]?.value.reason).toContain('the monitor stores 50 % of the predictions');
    expect(await show('1')).toMatchObject({ perPrediction: eur('1') });
  });
});

describe('a model with labels and outcome events', () => {
  it('has either of them on a day: events of days that labels value are rejected', async () => {
    await predict({ prediction: 'old', predictedAt: '2026-11-02T10:00:00Z' }, {});
    await declare({ from: DAY, worth: [{ equals: 1, amount: '1' }] });
    await label({ value: 1 }, { prediction: 'old', value: 1 });
    const answer = await send(
      { id: 'a', prediction: 'old', at: '2026-11-09T10:00:00Z' },
      { id: 'b', prediction: 'p' },
      { id: 'c', at: '2026-11-02T23:59:59Z' },
      { id: 'd', at: '2026-11-03T00:00:00Z' },
    );
    expect(answer).toMatchObject({ accepted: 2, rejectedRows: 2 });
    expect(answer.rejected).toMatchObject([
      {
        line: 2,
        reason: `labels value the predictions of ${DAY} and later of model "${model}" (ModelValue "${model}"): an outcome event of them would count twice`,
      },
      { line: 4 },
    ]);
    expect(await askValue()).toMatchObject({ total: eur('11'), source: 'mixed', outcomes: 3 });
    expect(await show('1')).toMatchObject({ total: eur('6'), events: 2, withOutcome: 2 });
  });

  it('is refused where stored events are of days that labels would value', async () => {
    await send({ id: 'a' }, { id: 'b', at: '2026-11-04T10:00:00Z' });
    const labels = { worth: [{ equals: 1, amount: '1' }] };
    expect(await catchProblem(declare(labels))).toMatchObject({
      ...{ code: 'model_value_conflict', status: 409 },
      detail: `v.yaml:1: ModelValue "${model}": labels would count the predictions of 2 stored outcome events of model "${model}" again. Set labels.from to 2026-11-05 or later.`,
    });
    expect(await catchProblem(declare({ ...labels, from: '2026-11-04' }))).toMatchObject({
      code: 'model_value_conflict',
      detail: expect.stringContaining('predictions of 1 stored outcome event of model'),
    });
    expect((await declare({ ...labels, from: '2026-11-05' })).applied[0]?.outcome).toBe('created');
    expect(await askValue()).toMatchObject({ total: eur('10'), source: 'events' });
  });

  it('is refused with a declaration that has no meaning', async () => {
    const entries: readonly object[][] = [
      [{ amount: '1', amountField: 'label' }],
      [{ equals: 1 }],
      [{ field: 'label.a', amount: '1' }],
      [{ amount: '0.0000001' }],
      [{ amount: '1000000001' }],
      [{ amountField: 'latency' }],
      [{ amountField: 'label.\0' }],
      [],
    ];
    for (const worth of entries)
      expect([worth, await catchProblem(declare({ worth }))]).toMatchObject([worth, { status: 400 }]);
    expect(await catchProblem(declare({ from: '2026-02-30', worth: [{ amount: '1' }] }))).toMatchObject({
      status: 400,
    });
  });
});
