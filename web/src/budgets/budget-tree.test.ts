import { expect, it } from 'vitest';
import { inTreeOrder } from './budget-tree.ts';

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
