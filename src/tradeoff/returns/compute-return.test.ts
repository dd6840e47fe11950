import { describe, expect, it } from 'vitest';
import { type CostFacts, computeReturn, type ReturnFacts, type ValueFacts } from './compute-return.ts';
import { buildMoneySeries } from './money-series.ts';

const DAY = '2026-11-03';
const on = (amount: string, currency = 'USD', day = DAY) => buildMoneySeries([{ day, currency, amount }], null);
const cost = (amount: string, currency = 'USD'): CostFacts => ({
  ...{ series: on(amount, currency), basis: 'allocated', isLowerBound: false, reason: null },
});
const value = (change: Partial<ValueFacts> = {}): ValueFacts => ({
  ...{ series: on('200'), source: 'events', reach: 12.5, outcomes: 8, reason: null },
  ...change,
});
const compute = (change: Partial<ReturnFacts> = {}) =>
  computeReturn({
    window: { start: '2026-11-01', end: '2026-12-01' },
    knownFrom: null,
    making: cost('100'),
    running: cost('40'),
    value: value(),
    ...change,
  });

describe('a return', () => {
  it('is value - cost to run, then - cost to make, with margin, cost per outcome and the interval of the value', () => {
    expect(compute()).toMatchObject({
      making: { cost: { amount: '100', currency: 'USD' }, basis: 'allocated' },
      value: { total: { amount: '200' }, interval: { lower: '187.5', upper: '212.5' }, source: 'events' },
      contribution: { amount: { amount: '160' }, interval: { lower: '147.5', upper: '172.5' } },
      net: { amount: { amount: '60' } },
      marginRatio: 0.8,
      costPerOutcome: { cost: { amount: '5' } },
      payback: { state: 'paid_back', date: DAY },
    });
  });

  it('is unknown with a reason where a part is, and never 0', () => {
    const none: CostFacts = { series: null, basis: null, isLowerBound: false, reason: 'no bill' };
    expect(compute({ running: none })).toMatchObject({
      running: { cost: null, basis: null, reason: 'no bill' },
      contribution: { amount: null, reason: 'cost to run unknown: no bill' },
      net: { amount: null },
      marginRatio: null,
      costPerOutcome: { cost: null, reason: 'cost to run unknown: no bill' },
      payback: { state: 'unknown', reason: 'cost to run unknown: no bill' },
    });
    expect(compute({ making: none })).toMatchObject({
      contribution: { amount: { amount: '160' } },
      net: { amount: null, reason: 'cost to make unknown: no bill' },
    });
    expect(compute({ value: value({ series: null, outcomes: null, reason: 'no outcome event' }) })).toMatchObject({
      value: { total: null, source: null, reason: 'no outcome event' },
      contribution: { amount: null, reason: 'value unknown: no outcome event' },
      costPerOutcome: { cost: null },
    });
  });

  it('never subtracts amounts of two currencies', () => {
    expect(compute({ running: cost('40', 'EUR') })).toMatchObject({
      contribution: { amount: null, reason: expect.stringContaining('the value is in USD, the cost in EUR') },
      payback: { state: 'unknown', reason: expect.stringContaining('USD and EUR') },
    });
    const both = buildMoneySeries(
      ['EUR', 'USD'].map((currency) => ({ day: DAY, currency, amount: '1' })),
      null,
    );
    expect(compute({ running: { ...cost('1'), series: both } })).toMatchObject({
      running: { cost: null, reason: expect.stringContaining('EUR and USD') },
    });
  });

  it('counts value from the first day with a known cost on, and says what it leaves out', () => {
    const early = buildMoneySeries(
      ['2026-11-01', DAY].map((day) => ({ day, currency: 'USD', amount: '200' })),
      null,
    );
    expect(compute({ knownFrom: '2026-11-02', value: value({ series: early }) })).toMatchObject({
      window: { start: '2026-11-02', end: '2026-12-01' },
      value: { total: { amount: '200' } },
      notes: ['Value of $200 before 2 Nov 2026 is left out: the cost of those days is unknown.'],
    });
  });

  it('has no margin where the value is not above 0', () => {
    expect(compute({ value: value({ series: on('-5'), outcomes: 0 }) })).toMatchObject({
      contribution: { amount: { amount: '-45' } },
      marginRatio: null,
      costPerOutcome: { cost: null, reason: 'no outcome in the window' },
    });
  });
});

describe('amounts of several days', () => {
  it('are converted at the rate of their day; one without a rate makes the sum unknown', () => {
    const conversion = {
      convert: ({ day, amount }: { readonly day: string; readonly amount: string }) =>
        day === DAY ? (on(amount).byDay.get(DAY)?.times(2) ?? null) : null,
    };
    const euro = (day: string) => ({ day, currency: 'EUR', amount: '3' });
    expect(buildMoneySeries([euro(DAY)], { currency: 'USD', conversion })).toMatchObject({
      currency: 'USD',
      reason: null,
    });
    expect(buildMoneySeries([euro(DAY), euro('2026-11-04')], { currency: 'USD', conversion })).toMatchObject({
      currency: null,
      reason: expect.stringContaining('no exchange rate from EUR to USD'),
    });
  });
});
