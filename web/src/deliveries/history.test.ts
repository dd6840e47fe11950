import { expect, it } from 'vitest';
import type { Delivery } from '../../../src/finops/billing/schema.ts';
import { moneyChange, standingFor, sumIn, withPredecessors } from './history.ts';

function entry(delivery: string, standing: Delivery['standing'], amount: string, change: Partial<Delivery> = {}) {
  return {
    ...{ delivery, source: 'aws', export: 'default', dataset: 'CostAndUsage', scope: 'default', period: '2026-09' },
    ...{ standing, current: standing === 'current', totals: [{ metric: 'billedCost', currency: 'USD', amount }] },
    ...change,
  } as Delivery;
}

it('finds what a delivery came after: the last one of its unit that ever stood', () => {
  const first = entry('d_1', 'replaced', '1');
  const old = entry('d_2', 'ignored', '9');
  const other = entry('d_3', 'current', '5', { source: 'azure' });
  const now = entry('d_4', 'current', '2');
  const befores = withPredecessors([first, old, other, now]).map(({ before }) => before?.delivery ?? null);
  expect(befores).toEqual([null, 'd_1', null, 'd_1']);
});

it('says what stands for the unit of a replaced delivery', () => {
  const [first, now] = [entry('d_1', 'replaced', '1'), entry('d_2', 'current', '2')];
  expect(standingFor([first, now], first)).toBe(now);
  expect(standingFor([first], first)).toBeNull();
});

it('gives the change of money exactly, in each currency', () => {
  const before = entry('d_1', 'replaced', '0.1');
  const after = entry('d_2', 'current', '0.3', {
    totals: [
      { metric: 'billedCost', currency: 'USD', amount: '0.3' },
      { metric: 'billedCost', currency: 'EUR', amount: '4' },
      { metric: 'listCost', currency: 'USD', amount: '99' },
    ],
  });
  expect(moneyChange(before, after)).toEqual([
    { amount: '0.2', currency: 'USD' },
    { amount: '4', currency: 'EUR' },
  ]);
});

it('sums one currency and leaves the others out', () => {
  const money = [
    { amount: '1.10', currency: 'USD' },
    { amount: '2.2', currency: 'USD' },
    { amount: '7', currency: 'EUR' },
  ];
  expect(sumIn('USD', money)).toEqual({ amount: '3.3', currency: 'USD' });
});
