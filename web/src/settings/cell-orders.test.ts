import { expect, it } from 'vitest';
import { buildCellOrders, findSortable, type SettingsRow } from './cell-orders.ts';

const rows: readonly SettingsRow<unknown>[] = [
  { key: 'a', cells: ['v10', {}, '900 KB', {}], values: { 2: 900 } },
  { key: 'b', cells: ['v9', {}, '1 MB', {}], values: { 2: 1000 } },
];

it('sorts texts with their numbers and stated values, and no cell of another kind', () => {
  expect(findSortable(rows, ['Name', 'Seen', 'Size', ''])).toEqual([0, 2]);
  expect(findSortable([], ['Name'])).toEqual([]);
  const orders = buildCellOrders<unknown>(4);
  const sortBy = (at: number) => rows.toSorted(orders[at]).map(({ key }) => key);
  expect([sortBy(0), sortBy(2)]).toEqual([
    ['b', 'a'],
    ['a', 'b'],
  ]);
});
