import { expect, it } from 'vitest';
import { compareAmounts, compareNumbers, compareTexts } from './comparators.ts';

const identity = <T>(value: T) => value;

it('texts sort with the numbers in them, numbers and exact amounts by value, and unknown values first', () => {
  expect(['v10', null, 'v9'].toSorted(compareTexts(identity))).toEqual([null, 'v9', 'v10']);
  expect([3, null, -1].toSorted(compareNumbers(identity))).toEqual([null, -1, 3]);
  expect(['10', null, '9.5', '-2'].toSorted(compareAmounts(identity))).toEqual([null, '-2', '9.5', '10']);
});
