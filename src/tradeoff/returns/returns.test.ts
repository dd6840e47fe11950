import { beforeAll, describe, expect, it } from 'vitest';
import { costSummary } from '../../finops/costs/schema.ts';
import { recordUsage } from '../../finops/metering/schema.ts';
import { applyRules, bill, inMonth } from '../../finops/testing/costs.ts';
import { recordPredictions } from '../../mlops/predictions/schema.ts';
import { postApply } from '../../platform/manifests/schema.ts';
import { sumDecimals } from '../../platform/units/index.ts';
import { call, catchProblem, importFiles } from '../../testing/application.ts';
import { sharedQuietApplication } from '../../testing/shared.ts';
import { recordOutcomeEvents } from '../value/schema.ts';
import { getModelReturn, listReturns } from './schema.ts';

const NOW = Date.parse('2026-11-30T12:00:00Z');
const application = await sharedQuietApplication({ clock: { now: () => NOW } });
const apply = (text: string) => call(application, postApply, { body: { documents: [{ file: 'c.yaml', text }] } });

const charge = (day: string, cost: string, tags: object) => ({
  ...inMonth(day.slice(0, 7), cost),
  ChargePeriodStart: `${day}T00:00:00Z`,
  ChargePeriodEnd: `${day}T23:00:00Z`,
  Tags: JSON.stringify(tags),
});
const ranker = (day: string, cost: string, purpose: string) =>
  charge(day, cost, { team: 'feed', model: 'ranker', purpose, endpoint: purpose === 'inference' ? 'home' : undefined });

beforeAll(async () => {
  await registerVersion('ranker', 'feed');
  await registerVersion('ranker', 'feed');
  await registerVersion('stated', 'feed');
  await registerVersion('euro', 'shop');
  await applyRules(
    application,
    "    - {name: tagged, match: {'tag:team': '*'}, subject: {team: '{tag:team}', model: '{tag:model}', purpose: '{tag:purpose}', endpoint: '{tag:endpoint}'}}\n",
  );
  const november = Array.from({ length: 29 }, (_, index) => `2026-11-${String(index + 1).padStart(2, '0')}`);
  await importFiles(application, 'aws', {
    'october.csv': bill([
      ranker('2026-10-01', '100', 'training'),
      ranker('2026-10-02', '7', 'inference'),
      charge('2026-10-31', '0.5', {}),
    ]),
    'november.csv': bill([
      ...november.map((day) => ranker(day, '5.000001', 'inference')),
      ranker('2026-11-10', '20', 'experiment'),
      charge('2026-11-05', '11', { team: 'shop', model: 'unvalued', purpose: 'inference' }),
      charge('2026-11-05', '3', {}),
    ]),
  });
  const usage = { resource: 'gpu:A10G', quantity: '1', origin: 'test', predictions: 10 };
  await apply(
    'apiVersion: steelyard/v1\nkind: PriceBook\nmetadata: {name: own}\nspec: {currency: USD, source: t, prices: [{resource: "gpu:A10G", perHour: "2", effectiveFrom: 2026-01-01}]}\n',
  );
  const period = { start: '2026-11-20T00:00:00Z', end: '2026-11-20T01:00:00Z' };
  const subject = { model: 'ranker', modelVersion: '1', endpoint: 'home', purpose: 'inference' as const };
  await call(application, recordUsage, { body: { intervals: [{ usage: 'u1', subject, period, ...usage }] } });
  await predict('ranker', '1', '2026-11-20T00:30:00Z', 100);
  await predict('stated', '1', '2026-11-21T00:30:00Z', 40);
  await record(
    ...november.map((day) => event(`sale-${day}`, { at: `${day}T10:00:00Z`, amount: '9', endpoint: 'home' })),
    ...Array.from({ length: 20 }, (_, at) =>
      event(`tagged-${at}`, {
        ...{ prediction: `ranker-p${at}`, at: '2026-11-20T01:00:00Z', amount: '1.5' },
        ...(at < 12 ? { feature: 'list' } : at < 18 ? { feature: 'banner', customer: 'acme' } : {}),
      }),
    ),
    event('old', { at: '2026-09-15T10:00:00Z', amount: '77' }),
    event('euro', { model: 'euro', at: '2026-11-12T10:00:00Z', amount: '4', currency: 'EUR' }),
  );
  await apply(
    'apiVersion: steelyard/v1\nkind: ModelValue\nmetadata: {name: stated}\nspec: {model: stated, perPrediction: {amount: "0.25", currency: USD}}\n',
  );
});

async function mlflow<T>(path: string, payload: object): Promise<T> {
  const url = `/api/2.0/mlflow/${path}`;
  const answer = await application.http.inject({ method: 'POST', url, headers: { host: 'localhost' }, payload });
  if (answer.statusCode !== 200) throw new Error(answer.body);
  return answer.json() as T;
}

async function registerVersion(name: string, team: string): Promise<void> {
  const { run } = await mlflow<{ run: { info: { run_id: string } } }>('runs/create', { experiment_id: '0' });
  const tags = [{ key: 'steelyard.team', value: team }];
  await mlflow('registered-models/create', { name, tags }).catch(() => undefined);
  const source = `mlflow-artifacts:/0/${run.info.run_id}/artifacts/model`;
  await mlflow('model-versions/create', { name, source, run_id: run.info.run_id });
}

const predict = (model: string, modelVersion: string, predictedAt: string, count: number) =>
  call(application, recordPredictions, {
    body: {
      predictions: Array.from({ length: count }, (_, at) => ({
        ...{ prediction: `${model}-p${at}`, model, modelVersion, predictedAt, output: 1, inputs: {} },
      })),
    },
  });
const event = (id: string, change: object = {}) => ({ id, model: 'ranker', currency: 'USD', ...change });
const record = async (...events: readonly object[]) => {
  const answer = await call(application, recordOutcomeEvents, { body: { events: events as never } });
  if (answer.rejectedRows > 0) throw new Error(JSON.stringify(answer.rejected));
};
const ask = (query: object = {}) => call(application, listReturns, { query });
const askRow = async (key: string | null, query: object = {}) => (await ask(query)).rows.find((row) => row.key === key);

describe('returns by model', () => {
  it('have the costs of the costs page for the same model, month, purpose and metric', async () => {
    const november = { start: '2026-11-01', end: '2026-12-01' };
    for (const metric of ['effectiveCost', 'billedCost'] as const) {
      const row = await askRow('ranker', { ...november, metric });
      const filter = 'model=ranker';
      const { rows } = await call(application, costSummary, {
        query: { by: 'purpose', period: '2026-11', metric, filter },
      });
      const costs = Object.fromEntries(rows.map(({ purpose, amount }) => [purpose, amount]));
      expect(row?.running.cost).toEqual({ amount: costs.inference, currency: 'USD' });
      expect(row?.making.cost).toEqual({ amount: costs.experiment, currency: 'USD' });
      expect(row?.running.basis).toBe('allocated');
    }
  });

  it('leave no billed cost out: the rows sum to the bill', async () => {
    const { totals, rows } = await ask({ start: '2026-10-01', end: '2026-12-01' });
    const { totals: billed } = await call(application, costSummary, { query: { by: 'model' } });
    const [usd] = totals.filter(({ currency }) => currency === 'USD');
    expect(sumDecimals([usd?.making ?? '', usd?.running ?? ''])).toBe(billed[0]?.amount);
    expect(rows.find(({ key }) => key === null)).toMatchObject({ running: { cost: { amount: '3.5' } } });
  });

  it('have value from outcome events, contribution, and payback over all billed days', async () => {
    // By 28 Nov: 29 x 9 + 20 x 1.5 of value, 7 + 29 x 5.000001 of cost to run, 120 of cost to make.
    const row = await askRow('ranker', { start: '2026-11-01', end: '2026-11-30' });
    expect(row).toMatchObject({
      value: { total: { amount: '291', currency: 'USD' }, source: 'events', outcomes: 49 },
      contribution: { amount: { amount: '145.999971' } },
      net: { amount: { amount: '125.999971' } },
      payback: { state: 'paid_back', since: '2026-10-01', made: { amount: '120' } },
    });
    // Balance -107 on 2 Oct, 4 a day, -20 on the 10th and +30 on the 20th: 24.25 days.
    expect(row?.payback.date).toBe('2026-11-25');
    expect(row?.payback.balance?.amount).toBe('18.999971');
  });

  it('name value of days before the first bill as left out', async () => {
    const row = await askRow('ranker', { start: '2026-09-01', end: '2026-11-30' });
    expect(row?.notes).toEqual(['Value of $77 before 1 Oct 2026 is left out: the cost of those days is unknown.']);
    expect(row?.window.start).toBe('2026-10-01');
  });

  it('take a stated value x logged predictions where no event measures it, without an interval', async () => {
    const row = await askRow('stated');
    expect(row).toMatchObject({
      value: { total: { amount: '10', currency: 'USD' }, source: 'stated', interval: null, outcomes: null },
      running: { cost: null, reason: expect.stringContaining('no bill assigns it a cost to run') },
      contribution: { amount: null },
    });
  });

  it('list costs without value and value without cost', async () => {
    const { costsWithoutValue, valueWithoutCost } = await ask();
    expect(costsWithoutValue).toContainEqual({
      ...{ key: 'unvalued', amount: { amount: '11', currency: 'USD' } },
      reason: 'no outcome event and no stated value',
    });
    expect(valueWithoutCost.map(({ key }) => key).toSorted()).toEqual(['euro', 'stated']);
  });

  it('end with the last whole day of the bills by default', async () => {
    expect(await ask()).toMatchObject({ window: { end: '2026-11-29' }, billedThrough: '2026-11-28' });
  });

  it('are converted at the rate of each day, and unknown without a rate', async () => {
    const spec = '{base: EUR, source: test, rates: [{date: 2026-11-12, rates: {USD: "1.5"}}]}';
    expect(await askRow('euro', { currency: 'USD' })).toMatchObject({
      value: { total: null, reason: expect.stringContaining('no exchange rate from EUR to USD') },
    });
    await apply(`apiVersion: steelyard/v1\nkind: ExchangeRates\nmetadata: {name: r}\nspec: ${spec}\n`);
    const answer = await ask({ currency: 'USD' });
    expect(answer.rows.find(({ key }) => key === 'euro')).toMatchObject({
      value: { total: { amount: '6', currency: 'USD' } },
    });
    expect(answer.rates).toMatchObject([{ currency: 'EUR', rate: '1.5', date: '2026-11-12' }]);
  });
});

describe('returns by other subjects', () => {
  it('by team have the value of the models that the team owns', async () => {
    const row = await askRow('feed', { by: 'team', start: '2026-11-01', end: '2026-11-30' });
    expect(row).toMatchObject({
      running: { cost: { amount: '145.000029' } },
      value: { total: { amount: '301' }, source: 'mixed', outcomes: null },
    });
  });

  it('by version meter the endpoint, and count value from the first metered day', async () => {
    const { rows, retraining, notes } = await ask({ by: 'version', model: 'ranker' });
    expect(notes.at(-1)).toContain('to ranker and to no version of it: no row contains it');
    expect(rows.find(({ key }) => key === '1')).toMatchObject({
      model: 'ranker',
      running: { cost: { amount: '2', currency: 'USD' }, basis: 'metered' },
      value: { total: { amount: '30' }, outcomes: 20 },
      contribution: { amount: { amount: '28' } },
      costPerOutcome: { cost: { amount: '0.1' } },
    });
    const interval = rows.find(({ key }) => key === '1')?.value.interval;
    // 100 predictions, 20 of them worth 1.5: mean 0.3, s = 0.60302, reach 1.98422 x 0.060302 x 100.
    expect(Number(interval?.lower)).toBeCloseTo(30 - 11.965, 2);
    expect(rows.find(({ key }) => key === '2')).toMatchObject({ value: { total: null }, running: { cost: null } });
    expect(retraining).toMatchObject({ rounds: [], calibration: { ratio: null, rounds: 0 } });
  });

  it('by endpoint have no cost to make', async () => {
    const row = await askRow('home', { by: 'endpoint', start: '2026-11-01', end: '2026-11-30' });
    expect(row).toMatchObject({
      running: { cost: { amount: '145.000029' }, basis: 'allocated' },
      value: { total: { amount: '261' } },
      making: { cost: null, reason: expect.stringContaining('no cost to make') },
      payback: { state: 'unknown' },
    });
  });

  it('by feature share the cost of a model by predictions, and the rest has no tag', async () => {
    const { rows } = await ask({ by: 'feature', start: '2026-11-20', end: '2026-11-21' });
    const byKey = new Map(rows.map((row) => [row.key, row]));
    // 5.000001 x 12 / 100; the day has one untagged sale of 9 and two untagged outcomes of 1.5.
    expect(byKey.get('list')).toMatchObject({
      running: { cost: { amount: '0.60000012' } },
      value: { total: { amount: '18' }, outcomes: 12 },
    });
    expect(byKey.get(null)).toMatchObject({ value: { total: { amount: '12' } } });
    const costs = rows.map(({ running }) => running.cost?.amount ?? '');
    expect(sumDecimals(costs)).toBe('5.000001');
    const customers = await ask({ by: 'customer', start: '2026-11-20', end: '2026-11-21' });
    expect(customers.rows.map(({ key }) => key).toSorted()).toEqual(['acme', null].toSorted());
  });
});

describe('the return of a model', () => {
  it('has its trend by day with the balance, and versions as marks', async () => {
    const params = { model: 'ranker' };
    const found = await call(application, getModelReturn, {
      params,
      query: { start: '2026-11-01', end: '2026-12-01' },
    });
    expect(found.trend[0]).toEqual({
      ...{ day: '2026-11-01', making: '0', running: '5.000001', value: '9', balance: '-103.000001' },
    });
    expect(found.trend.at(-1)?.balance).toBe('18.999971');
    expect(found.marks.map(({ version, kind }) => [version, kind])).toEqual([
      ['1', 'registered'],
      ['2', 'registered'],
    ]);
  });

  it('is known for a model that only bills name, and refused for an unknown one', async () => {
    const found = await call(application, getModelReturn, { params: { model: 'unvalued' } });
    expect(found).toMatchObject({ isRegistered: false, figures: { value: { total: null } } });
    const unknown = call(application, getModelReturn, { params: { model: 'nothing' } });
    expect(await catchProblem(unknown)).toMatchObject({ code: 'model_not_found' });
  });
});

describe('a question that makes no sense', () => {
  it.each([
    [{ start: '2026-11-02', end: '2026-11-02' }, 'invalid_request', /is empty/],
    [{ start: '2026-12-05', end: '2026-12-06' }, 'invalid_request', /in the future/],
    [{ by: 'colour' }, 'invalid_request', /by/],
    [{ start: '2026-02-31' }, 'invalid_request', /a day that exists/],
    [{ by: 'team', model: 'ranker' }, 'invalid_request', /Leave out/],
    [{ by: 'version', model: 'deleted' }, 'model_not_found', /no registered model/],
  ] as const)('is refused: %j', async (query, code, detail) => {
    expect(await catchProblem(ask(query))).toMatchObject({ code, detail: expect.stringMatching(detail) });
  });

  it.each(['model', 'team', 'feature', 'customer', 'endpoint', 'version', 'experiment'])(
    'is answered for the longest window that a day can name, by %s',
    async (by) => {
      expect(await ask({ by, start: '0000-01-01', end: '9999-12-31' })).toMatchObject({ by });
      expect(await ask({ by, start: '0001-01-01', end: '0001-01-02', currency: 'JPY' })).toMatchObject({ by });
    },
  );

  it('about days before any data has unknown costs', async () => {
    const row = await askRow('ranker', { start: '2025-01-01', end: '2025-02-01' });
    expect(row?.value.total?.amount ?? null).toBeNull();
  });
});
