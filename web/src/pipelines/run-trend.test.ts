import { expect, it } from 'vitest';
import { runNumbered } from './pipelines.testing.ts';
import { buildTrends } from './run-trend.ts';

it('draws what each ended run cost and took, oldest first', () => {
  const { cost, duration, currency } = buildTrends([
    runNumbered(3, { state: 'running', endedAt: null }),
    runNumbered(2, { state: 'failed', cost: null }),
    runNumbered(1),
  ]);
  expect(currency).toBe('USD');
  expect(cost.map(({ label, value, text, isWell }) => [label, value, text, isWell])).toEqual([
    ['#1', 0.04, '$0.04', true],
    ['#2', null, 'not known', false],
  ]);
  expect(duration.map(({ value }) => value)).toEqual([4000, 4000]);
});

it('does not draw costs of another currency to the same scale', () => {
  const { cost } = buildTrends([runNumbered(2), runNumbered(1, { cost: { amount: '9', currency: 'EUR' } })]);
  expect(cost.map(({ value, text }) => [value, text])).toEqual([
    [null, '€9.00'],
    [0.04, '$0.04'],
  ]);
});
