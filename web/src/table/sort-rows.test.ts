import { expect, it } from 'vitest';
import { compareAmounts, compareNumbers, compareTexts, compareValues } from './comparators.ts';
import { sortRows } from './sort-rows.ts';

const identity = <T>(value: T) => value;
type Text = string | null;

it.each([
  ['texts with the numbers in them', ['v10', null, 'v9'], compareTexts<Text>(identity), ['v9', 'v10', null]],
  ['exact amounts by value', ['10', null, '9.5', '-2'], compareAmounts<Text>(identity), ['-2', '9.5', '10', null]],
  [
    'amounts that a float cannot tell apart',
    ['0.10000000000000000002', '0.10000000000000000001'],
    compareAmounts<Text>(identity),
    ['0.10000000000000000001', '0.10000000000000000002'],
  ],
] as const)('sorts %s, unknown values last in both directions', (_, values, order, ascending) => {
  const known = ascending.filter((value) => value !== null);
  const unknown = ascending.filter((value) => value === null);
  expect(sortRows<Text>(values, order, false)).toEqual(ascending);
  expect(sortRows<Text>(values, order, true)).toEqual([...known.toReversed(), ...unknown]);
});

it('sorts numbers by value, unknown values last in both directions', () => {
  const order = compareNumbers<number | null>(identity);
  expect(sortRows([30, null, 4], order, false)).toEqual([4, 30, null]);
  expect(sortRows([30, null, 4], order, true)).toEqual([30, 4, null]);
});

it('sorts a column of figures and texts: figures by value before texts', () => {
  const order = compareValues<string | number | null>(identity);
  const rows = ['none', '100', 20, 'all', null, '-3.5'];
  expect(sortRows(rows, order, false)).toEqual(['-3.5', 20, '100', 'all', 'none', null]);
  expect(sortRows(rows, order, true)).toEqual(['none', 'all', '100', 20, '-3.5', null]);
});

it('keeps the given order of equal rows and does not change the given rows', () => {
  const rows = [
    { id: 'b', n: 1 },
    { id: 'a', n: 1 },
  ] as const;
  const order = compareNumbers<(typeof rows)[number]>(({ n }) => n);
  expect(sortRows(rows, order, true).map(({ id }) => id)).toEqual(['b', 'a']);
  expect(rows[0].id).toBe('b');
});
