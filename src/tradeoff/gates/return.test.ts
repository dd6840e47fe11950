import { describe, expect, it } from 'vitest';
import type { MakingCost } from '../evidence/making/schema.ts';
import type { VersionEvidence } from '../evidence/schema.ts';
import type { UnitCost } from '../unit-cost/schema.ts';
import type { ValueFigure } from '../value/schema.ts';
import { findContradiction } from './contradictions.ts';
import { type Check, PolicySpec } from './schema.ts';
import { evaluatePolicy } from './weigh.ts';

const window = { start: '2026-10-01T00:00:00.000Z', end: '2026-10-31T00:00:00.000Z' };
/** Months of 730 hours: a horizon of 182.5 days has six. */
const SIX_MONTHS = '182d12h';

const unitCost = (perThousand: string, interval: UnitCost['interval'] = null): UnitCost => ({
  basis: 'benchmark',
  perThousand: { amount: perThousand, currency: 'USD' },
  reason: null,
  interval,
  busy: null,
  idle: null,
  hardware: { name: '1 x gpu:A10G', pricePerHour: { amount: '1', currency: 'USD' }, priceSource: null },
  batchSize: 1,
  endpoint: null,
  window,
  predictions: 1000,
  predictionsPerMonth: null,
  serviceTime: { secondsPerThousand: 360, interval: null, measurements: 10 },
  source: 'benchmark',
});

const making = (amount: string | null, change: Partial<MakingCost> = {}): MakingCost => ({
  cost: amount === null ? null : { amount, currency: 'USD' },
  isLowerBound: false,
  reason: amount === null ? 'no run is known' : null,
  basis: amount === null ? null : 'metered',
  ...{ own: null, shared: null, sharedWith: [], window: null, parts: [] },
  ...change,
});

const measured = (change: Partial<ValueFigure> = {}): ValueFigure => ({
  source: 'events',
  perPrediction: { amount: '0.0003', currency: 'USD' },
  reason: null,
  interval: { lower: '0.00028', upper: '0.00032' },
  variance: 1e-6,
  total: { amount: '3', currency: 'USD' },
  ...{ events: 100, predictions: 10_000, withOutcome: 100, window, completeness: 1, origin: '100 outcome events' },
  ...change,
});
const stated: ValueFigure = {
  ...measured({ source: 'stated', interval: null, variance: null, total: null, events: 0, predictions: null }),
  ...{ withOutcome: 0, window: null, completeness: null, origin: 'stated by ModelValue v' },
};

const policyOf = (rule: object, terms: object = {}): PolicySpec =>
  PolicySpec.parse({
    model: 'ranker',
    currency: 'USD',
    quality: [{ metric: 'ndcg', direction: 'higher', floor: '0.1' }],
    cost: [
      {
        measure: 'roi',
        basis: 'benchmark',
        predictionsPerMonth: 1_000_000,
        horizon: SIX_MONTHS,
        atLeast: '0',
        ...rule,
      },
    ],
    ...terms,
  });

const versionOf = (change: Partial<VersionEvidence> = {}): VersionEvidence => ({
  ...{ model: 'ranker', version: '2', aliases: [], runId: 'r', createdAt: window.start, quality: [] },
  trainingCost: {
    ...{ cost: null, reason: 'no usage', basis: 'metered', intervals: 0, predictions: null, window: null, source: '' },
  },
  // 100 USD for 1,000,000 predictions; 300 USD over six months.
  unitCosts: [unitCost('0.1')],
  makingCost: making('300'),
  value: [stated],
  ...change,
});

function check(change: Partial<VersionEvidence>, policy = policyOf({})): Check {
  const { checks } = evaluatePolicy({ policy, candidate: versionOf(change), champion: null, budgets: new Map() });
  const found = checks.find(({ name }) => name === 'return' || name === 'making cost');
  if (found === undefined) throw new Error('no check');
  return found;
}

describe('the return of a version', () => {
  it('is value less cost, divided by cost, with the making cost spread over the horizon', () => {
    const found = check({});
    // (300 - 100 - 50) / 150 = 1
    expect(found).toMatchObject({ measured: '1', holds: true, test: null, interval: null, basis: 'benchmark' });
    expect(found.parts?.map(({ name, amount }) => [name, amount])).toEqual([
      ['value', '300'],
      ['cost to run', '100'],
      ['making cost', '50'],
    ]);
    expect(found.source).toBe('value 300, cost to run 100, making cost 50 (USD per month)');
  });

  it.each([
    ['fails below the bound', {}, { atLeast: '1.01' }, false],
    ['passes at the bound', {}, { atLeast: '1' }, true],
    [
      'is inconclusive while the making cost is a lower bound',
      { makingCost: making('300', { isLowerBound: true, reason: 'x' }) },
      {},
      null,
    ],
    [
      'fails when even a lower bound of the making cost is too much',
      { makingCost: making('3000', { isLowerBound: true, reason: 'x' }) },
      {},
      false,
    ],
  ])('%s, without a test', (_, change, rule, holds) => {
    expect(check(change, policyOf(rule)).holds).toBe(holds);
  });

  it('passes by the lower end of value and the upper end of cost, with alpha shared between them', () => {
    const policy = policyOf({ atLeast: '0.5' }, { alpha: 0.05 });
    const change = { unitCosts: [unitCost('0.1', { lower: '0.09', upper: '0.11' })], value: [measured()] };
    const found = check(change, policy);
    // Student at 0.025 of 10,000 predictions: 0.0003 -+ 1.960202 x 0.001 / 100 = 0.00028040 to 0.00031960 a prediction.
    expect(Number(found.interval?.lower)).toBeCloseTo(280.398 / 160 - 1, 4);
    expect(Number(found.interval?.upper)).toBeCloseTo(319.602 / 140 - 1, 4);
    expect(found).toMatchObject({ holds: true, alpha: 0.05, estimate: '1', result: 'passes' });
    expect(check(change, policyOf({ atLeast: '0.76' }, { alpha: 0.05 })).holds).toBeNull();
    expect(check(change, policyOf({ atLeast: '1.3' }, { alpha: 0.05 })).holds).toBe(false);
  });

  it('gives the whole error to the value when the cost has no interval, and takes a stated value as exact', () => {
    const policy = policyOf({ atLeast: '0.5' }, { alpha: 0.05 });
    // One-sided 0.05: 1.645006 standard errors of 10 USD a month.
    expect(Number(check({ value: [measured()] }, policy).interval?.lower)).toBeCloseTo(283.55 / 150 - 1, 4);
    expect(check({}, policy)).toMatchObject({ holds: true, interval: { lower: '1', upper: '1' } });
  });

  it.each([
    ['no value is known', { value: [] }, {}, 'record outcome events (steelyard value import FILE'],
    [
      'the value is in another currency',
      { value: [measured({ perPrediction: { amount: '1', currency: 'EUR' } })] },
      {},
      'it is in EUR, the policy is in USD',
    ],
    [
      'the value is unknown',
      { value: [measured({ perPrediction: null, reason: 'currencies are not added' }), stated] },
      {},
      'currencies are not added',
    ],
    [
      'too many events have no version',
      { value: [measured({ completeness: 0.5 })] },
      {},
      '50.0 % of the outcome events have a version',
    ],
    ['the making cost is unknown', { makingCost: making(null) }, {}, 'making cost: unknown: no run is known'],
    [
      'the making cost is in another currency',
      { makingCost: making('1', { cost: { amount: '1', currency: 'EUR' } }) },
      {},
      'it is in EUR',
    ],
    ['the cost to run is unknown', { unitCosts: [] }, {}, 'cost to run: unknown: no benchmark was recorded'],
    [
      'the cost is zero',
      { unitCosts: [unitCost('0')], makingCost: making('0') },
      {},
      'the cost is 0, for which a return is not defined',
    ],
    [
      'too few predictions have an outcome',
      { value: [measured({ interval: null, withOutcome: 3 })] },
      { alpha: 0.05 },
      'only 3 predictions have an outcome',
    ],
    [
      'alpha leaves no error for the value',
      { unitCosts: [unitCost('0.1', { lower: '0.09', upper: '0.11' })], value: [measured()] },
      { alpha: 0.02 },
      'state a larger alpha',
    ],
    [
      'alpha is less than the error of the cost',
      { unitCosts: [unitCost('0.1', { lower: '0.09', upper: '0.11' })] },
      { alpha: 0.02 },
      'state a larger alpha',
    ],
  ])('is inconclusive when %s', (_, change, terms, source) => {
    const found = check(change, policyOf({}, terms));
    expect(found).toMatchObject({ holds: null, measured: null, result: 'inconclusive' });
    expect(found.source).toContain(source);
  });

  it('names the source of the value that the rule asks for', () => {
    const value = [measured(), { ...stated, perPrediction: { amount: '0.0006', currency: 'USD' } }];
    expect(check({ value }, policyOf({ value: 'stated' })).measured).toBe('3');
    expect(check({ value }, policyOf({ value: 'metric' })).source).toContain('valuePerPrediction');
  });

  it('has its lower end from the least cost when refunds make the value negative', () => {
    const value = [measured({ perPrediction: { amount: '-0.0003', currency: 'USD' }, variance: 0 })];
    const unitCosts = [unitCost('0.1', { lower: '0.05', upper: '0.15' })];
    // -300 / 100 - 1 and -300 / 200 - 1
    const { interval } = check({ value, unitCosts }, policyOf({}, { alpha: 0.05 }));
    expect(interval).toEqual({ lower: '-4', upper: '-2.5' });
  });
});

describe('a rule for the making cost', () => {
  const rule = (atMost: string) => policyOf({}, { cost: [{ measure: 'makingCost', atMost }] });
  it.each([
    ['passes at the bound', making('300'), '300', true],
    ['fails above it', making('300.01'), '300', false],
    ['is inconclusive for a lower bound within it', making('300', { isLowerBound: true, reason: 'x' }), '300', null],
    ['fails for a lower bound above it', making('301', { isLowerBound: true, reason: 'x' }), '300', false],
    ['is inconclusive when unknown', making(null), '300', null],
    ['is inconclusive in another currency', making('1', { cost: { amount: '1', currency: 'EUR' } }), '300', null],
    ['is inconclusive without a run', null, '300', null],
  ])('%s', (_, makingCost, atMost, holds) => {
    expect(check({ makingCost }, rule(atMost)).holds).toBe(holds);
  });
});

it('refuses a return that always passes, and a horizon of less than a day', () => {
  expect(findContradiction(policyOf({ atLeast: '-1' }))).toContain('always passes');
  expect(findContradiction(policyOf({}))).toBeNull();
  expect(() => policyOf({ horizon: '1h' })).toThrow('at least 1d');
  expect(() => policyOf({ predictionsPerMonth: undefined })).toThrow('state predictionsPerMonth');
});
