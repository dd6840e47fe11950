import { expect, it } from 'vitest';
import { inTreeOrder, isBelowParts } from './budget-tree.ts';

it('reads each budget before its parts, brothers by name; one whose parent is gone is a root', () => {
  const budgets = [
    { name: 'search', parent: 'all' },
    { name: 'sweep', parent: 'recs' },
    { name: 'all', parent: null },
    { name: 'lost', parent: 'gone' },
    { name: 'recs', parent: 'all' },
  ];
  expect(inTreeOrder(budgets).map(({ budget, depth }) => `${depth} ${budget.name}`)).toEqual([
    '0 all',
    '1 recs',
    '2 sweep',
    '1 search',
    '0 lost',
  ]);
});

it('says which budget has less cost than one of its parts', () => {
  const period = { start: '2026-12-01T00:00:00.000Z', end: '2027-01-01T00:00:00.000Z' };
  const budget = (name: string, parent: string | null, amount: string, currency = 'USD') => ({
    ...{ name, parent, billed: { amount, currency }, period },
  });
  const everything = budget('everything', null, '5435.93');
  expect(isBelowParts(everything, [everything, budget('assistant', 'everything', '5439.15')])).toBe(true);
  expect(isBelowParts(everything, [everything, budget('assistant', 'everything', '5435.93')])).toBe(false);
  expect(isBelowParts(everything, [budget('assistant', 'everything', '9000', 'EUR'), budget('b', 'c', '9000')])).toBe(
    false,
  );
  expect(isBelowParts({ ...everything, billed: null }, [budget('assistant', 'everything', '1')])).toBe(false);
});
