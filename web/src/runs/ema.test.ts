import { describe, expect, it } from 'vitest';
import { smoothed } from './ema.ts';

describe('smoothing', () => {
  it.each([
    ['changes nothing without weight', [1, 3, null, 2], 0, [1, 3, null, 2]],
    ['begins at the first value, not at zero', [4], 0.9, [4]],
    ['is the weighted mean of all before', [1, 3], 0.5, [1, 2.3333]],
    ['leaves a level line level', [2, 2, 2], 0.99, [2, 2, 2]],
    ['keeps gaps and goes on after them', [1, null, 3], 0.5, [1, null, 2.3333]],
  ])('%s', (_, values, weight, expected) => {
    const rounded = smoothed(values, weight).map((value) => (value === null ? null : Number(value.toFixed(4))));
    expect(rounded).toEqual(expected);
  });
});
