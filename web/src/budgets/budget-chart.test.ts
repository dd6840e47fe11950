import { describe, expect, it } from 'vitest';
import { type BudgetDays, BudgetSpec } from '../../../src/finops/budgets/schema.ts';
import { buildBudgetChart, buildTrend } from './budget-chart.ts';

const spec = BudgetSpec.parse({ subject: {}, amount: '100', currency: 'USD', warnAt: [0.8, 1] });
const budget = {
  limit: { amount: '100', currency: 'USD' },
  versions: [{ version: 1, appliedAt: '2026-01-01T00:00:00Z', spec }],
};
const days: BudgetDays = {
  budget: 'recs',
  currency: 'USD',
  period: { start: '2026-11-01T00:00:00.000Z', end: '2026-12-01T00:00:00.000Z' },
  previous: { start: '2026-10-01T00:00:00.000Z', end: '2026-11-01T00:00:00.000Z' },
  through: '2026-11-03',
  days: [
    { day: '2026-10-30', amount: '7' },
    { day: '2026-11-01', amount: '1.1' },
    { day: '2026-11-03', amount: '2' },
    { day: '2026-11-04', amount: '0.5' },
  ],
  reason: null,
};

describe('the chart of a budget', () => {
  it('sums the whole days of the window, and draws the window before day by day', () => {
    const { points, previous, limit, levels } = buildBudgetChart(budget, days, null);
    expect(points).toHaveLength(30);
    expect(points.slice(0, 4).map(({ knownText }) => knownText)).toEqual(['1.1', '1.1', '3.1', null]);
    expect([previous?.[0], previous?.[29]]).toEqual([0, 7]);
    expect([limit?.value, levels]).toEqual([100, [{ value: 80, label: 'Alert at 80 %' }]]);
  });

  it('has no days before the first whole day of the window, and none without a window', () => {
    const early = buildBudgetChart(budget, { ...days, through: '2026-10-30', previous: null }, null);
    expect(early.points.every(({ known }) => known === null)).toBe(true);
    expect(early.previous).toBeNull();
  });
});

it('the trend has a value for each whole day, 0 without cost', () => {
  expect(buildTrend(days)).toEqual([7, 0, 1.1, 0, 2]);
  expect(buildTrend({ ...days, through: null })).toEqual([]);
});
