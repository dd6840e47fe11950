import { expect, it } from 'vitest';
import { addedUp } from './added-up.ts';

it('adds up exactly, each currency by itself, and counts what is left out', () => {
  const of = (runs: number, runsWithoutCost: number, ...costs: { amount: string; currency: string }[]) => ({
    experimentId: '1',
    runs,
    lastRunAt: null,
    lastStatus: null,
    best: null,
    cost: { costs, runs, runsWithoutCost },
  });
  const usd = (amount: string) => ({ amount, currency: 'USD' });
  expect(addedUp([of(2, 1, usd('0.1')), of(3, 0, usd('0.2'), { amount: '5', currency: 'EUR' })])).toEqual({
    costs: [{ amount: '5', currency: 'EUR' }, usd('0.3')],
    runs: 5,
    runsWithoutCost: 1,
  });
});
