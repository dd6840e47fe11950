import { expect, it } from 'vitest';
import type { MoneyChange } from '../../../src/finops/billing/diff/schema.ts';
import { changedFirst, deltaRatio, sumChanges } from './compare-money.ts';

function line(value: string, before: string | null, after: string | null, delta: string | null): MoneyChange {
  return { value, metric: 'billedCost', currency: 'USD', before, after, delta, rowsBefore: 1, rowsAfter: 1 };
}

const lines = [line('b', '1', '1', '0'), line('a', '0.1', '0.3', '0.2'), line('c', '5', '1', '-4')];

it('puts the largest change first, whichever its sign', () => {
  expect(changedFirst(lines, 'billedCost').map(({ value }) => value)).toEqual(['c', 'a', 'b']);
  expect(changedFirst(lines, 'listCost')).toEqual([]);
});

it('adds both sides up to the last digit', () => {
  expect(sumChanges(lines, 'billedCost')).toEqual([{ currency: 'USD', before: '6.1', after: '2.3', delta: '-3.8' }]);
});

it('scales changes by the largest one', () => {
  expect(lines.map((one) => deltaRatio(one, lines))).toEqual([0, 0.05, -1]);
  expect(deltaRatio(line('x', null, '1', null), [line('x', null, '1', null)])).toBe(0);
});
