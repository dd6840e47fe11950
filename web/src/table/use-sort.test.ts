import { expect, it } from 'vitest';
import { nextSort, sortRows } from './use-sort.ts';

it('sorts by a column, the second time in the other direction', () => {
  const first = nextSort(null, 'cost', true);
  expect(first).toEqual({ by: 'cost', descending: true });
  expect(nextSort(first, 'cost', true)).toEqual({ by: 'cost', descending: false });
  expect(nextSort(first, 'team', false)).toEqual({ by: 'team', descending: false });
});

it('keeps the order of the rows without a choice, and of equal rows', () => {
  const rows = [
    { name: 'a', cost: 1 },
    { name: 'b', cost: 2 },
    { name: 'c', cost: 1 },
  ];
  const compare = { cost: (a: { cost: number }, b: { cost: number }) => a.cost - b.cost };
  const names = (sort: Parameters<typeof sortRows>[1]) =>
    sortRows(rows, sort, compare)
      .map(({ name }) => name)
      .join('');
  expect(names(null)).toBe('abc');
  expect(names({ by: 'cost', descending: false })).toBe('acb');
  expect(names({ by: 'cost', descending: true })).toBe('bac');
  expect(names({ by: 'unknown', descending: true })).toBe('abc');
});
