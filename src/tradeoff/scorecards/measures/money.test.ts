import { describe, expect, it } from 'vitest';
import type { ReturnFigures } from '../../returns/schema.ts';
import { buildCostMeasure, type RangeFigures } from './cost.ts';
import { buildRoiMeasure } from './roi.ts';

const [DAYS, PRECEDING] = [
  { start: '2026-11-01', end: '2026-12-01' },
  { start: '2026-10-02', end: '2026-11-01' },
];
const usd = (amount: string) => ({ amount, currency: 'USD' });
const cost = (amount: string | null, more: Partial<ReturnFigures['making']> = {}): ReturnFigures['making'] => ({
  cost: amount === null ? null : usd(amount),
  basis: amount === null ? null : 'allocated',
  isLowerBound: false,
  reason: amount === null ? 'no bill' : null,
  ...more,
});

function figures(more: Partial<ReturnFigures> = {}, days = DAYS): RangeFigures {
  const payback = { state: 'projected', date: '2026-12-10' } as ReturnFigures['payback'];
  const value = {
    total: usd('300'),
    interval: { lower: '250', upper: '350' },
    source: 'events',
    outcomes: 5,
    reason: null,
  };
  return {
    days,
    reason: null,
    figures: {
      ...{ window: days, making: cost('150'), running: cost('50'), value: value as ReturnFigures['value'] },
      contribution: { amount: usd('250'), interval: null, reason: null },
      net: { amount: usd('100'), reason: null },
      ...{ marginRatio: null, costPerOutcome: { cost: null, reason: null }, payback, notes: [] },
      ...more,
    },
  };
}

const none: RangeFigures = { days: PRECEDING, figures: null, reason: 'the bills end on 2026-09-30' };
const before = figures({ making: cost('90'), running: cost('10') }, PRECEDING);
const plain = { metric: 'effectiveCost', budget: null } as const;

describe('cost', () => {
  it('adds cost to make and cost to run, and compares them with the preceding days', () => {
    const measure = buildCostMeasure(figures(), before, plain);
    expect(measure).toMatchObject({ value: '200', unit: 'USD', basis: 'allocated', isLowerBound: false });
    expect(measure.trend).toMatchObject({ before: '100', change: '100', changeRatio: 1, meaning: 'worse' });
    expect(measure).toMatchObject({ status: 'unknown', statusReason: 'No budget is set for this model.' });
  });

  it('is a lower bound with an unknown part, and then has no trend', () => {
    const measure = buildCostMeasure(figures({ making: cost(null) }), before, plain);
    expect(measure).toMatchObject({ value: '50', isLowerBound: true, reason: 'cost to make unknown: no bill' });
    expect(measure.trend.change).toBeNull();
  });

  it('is unknown with two currencies or without days of the bill', () => {
    const euro = cost('1', { cost: { amount: '1', currency: 'EUR' } });
    expect(buildCostMeasure(figures({ making: euro }), before, plain)).toMatchObject({ value: null, currency: null });
    expect(buildCostMeasure(none, none, plain)).toMatchObject({ value: null, reason: none.reason, window: null });
  });

  it('compares no days of which only a part is billed, and no other basis', () => {
    const part = figures({ window: { start: '2026-10-20', end: '2026-11-01' } }, PRECEDING);
    expect(buildCostMeasure(figures(), part, plain).trend).toMatchObject({ change: null, reason: /2026-10-20/ });
    const metered = figures(
      { making: cost('1', { basis: 'metered' }), running: cost('1', { basis: 'metered' }) },
      PRECEDING,
    );
    expect(buildCostMeasure(figures(), metered, plain).trend.change).toBeNull();
  });

  it.each([
    ['ok', 'ok'],
    ['warned', 'warning'],
    ['over', 'critical'],
    ['unknown', 'unknown'],
  ] as const)('with a budget that is %s is %s', (state, status) => {
    const budget = { name: 'b', limit: usd('500'), spent: usd('200'), state };
    const measure = buildCostMeasure(figures(), before, { ...plain, budget });
    expect(measure).toMatchObject({ status, target: { value: '500', bound: 'at_most', source: 'budget', name: 'b' } });
  });
});

describe('return', () => {
  it('is (value - cost) / cost with the interval of the value', () => {
    const measure = buildRoiMeasure(figures(), none);
    expect(measure).toMatchObject({
      value: 0.5,
      interval: { lower: 0.25, upper: 0.75 },
      net: usd('100'),
      status: 'ok',
    });
    expect(measure.trend).toMatchObject({ change: null, reason: none.reason });
  });

  it.each([
    ['critical', { contribution: { amount: usd('-1'), interval: null, reason: null } }],
    ['warning', { net: { amount: usd('-100'), reason: null }, payback: { state: 'not_projected' } }],
    ['unknown', { net: { amount: null, reason: 'value unknown' } }],
  ] as const)('is %s', (status, more) => {
    expect(buildRoiMeasure(figures(more as Partial<ReturnFigures>), none).status).toBe(status);
  });
});
