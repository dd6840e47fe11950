import { expect, test } from 'vitest';
import { percentile, spreadOf } from './statistics.ts';

test.each([
  { values: [3], median: 3, lowest: 3, highest: 3 },
  { values: [9, 1, 5], median: 5, lowest: 1, highest: 9 },
  { values: [4, 1, 10, 2], median: 3, lowest: 1, highest: 10 },
])('tells the median and the range of $values', ({ values, ...spread }) => {
  expect(spreadOf(values)).toEqual(spread);
});

test.each([
  { share: 0.5, expected: 50 },
  { share: 0.95, expected: 95 },
  { share: 1, expected: 100 },
])('takes the value at rank $share of a hundred', ({ share, expected }) => {
  const values = Array.from({ length: 100 }, (_, index) => 100 - index);
  expect(percentile(values, share)).toBe(expected);
});

test('does not make a figure out of nothing', () => {
  expect(() => spreadOf([])).toThrow('no values were measured');
  expect(() => percentile([], 0.5)).toThrow('no values were measured');
});
