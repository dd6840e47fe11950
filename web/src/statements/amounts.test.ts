import { describe, expect, it } from 'vitest';
import type { TeamTotals } from '../../../src/finops/statements/schema.ts';
import { checkedSums, computeRatio, sums } from './amounts.ts';

function amount(billedCost: string, effectiveCost = billedCost, currency = 'USD') {
  return { currency, billedCost, effectiveCost, billedBefore: null, effectiveBefore: null };
}

function statement(team: string | null, ...totals: TeamTotals['totals']): TeamTotals {
  return { team, totals, issued: null, reporting: null };
}

describe('all statements and what nobody pays', () => {
  const teams = [statement('a', amount('0.1', '5')), statement('b', amount('0.2', '0'), amount('7', '7', 'EUR'))];

  it('are the bill when both costs agree to the last digit', () => {
    const all = [...teams, statement(null, amount('100.00000000000000000001', '0'))];
    const bill = [amount('100.30000000000000000001', '5'), amount('7', '7', 'EUR')];
    expect(checkedSums(all, bill, 'billed')).toEqual([
      { currency: 'USD', statements: '100.30000000000000000001', bill: '100.30000000000000000001', equal: true },
      { currency: 'EUR', statements: '7', bill: '7', equal: true },
    ]);
  });

  it('are not when the last digit differs, or the other cost', () => {
    const bill = [amount('0.30000000000000000001', '5'), amount('7', '8', 'EUR')];
    expect(checkedSums(teams, bill, 'billed').map(({ equal }) => equal)).toEqual([false, false]);
  });
});

it('sums currencies apart', () => {
  expect(sums([amount('1'), amount('2', '9'), amount('4', '4', 'EUR')], 'effective')).toEqual([
    { currency: 'USD', amount: '10' },
    { currency: 'EUR', amount: '4' },
  ]);
});

it('gives parts of a whole for drawing', () => {
  const usd = (value: string) => ({ amount: value, currency: 'USD' });
  expect(computeRatio(usd('1'), usd('4'))).toBe(0.25);
  expect(computeRatio(usd('-1'), usd('4'))).toBe(0);
  expect(computeRatio(usd('1'), usd('0'))).toBe(0);
});
