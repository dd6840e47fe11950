import { expect, it } from 'vitest';
import { placedIntervals } from './interval-scale.ts';

it('places values and their ends on one scale from zero', () => {
  expect(
    placedIntervals([
      { value: 2, lower: 1, upper: 4 },
      { value: 1, lower: null, upper: null },
    ]),
  ).toEqual([
    { value: 0.5, lower: 0.25, upper: 1 },
    { value: 0.25, lower: null, upper: null },
  ]);
});

it('keeps what is not known unknown, and zeros at zero', () => {
  expect(placedIntervals([{ value: null, lower: 0, upper: 0 }])).toEqual([{ value: null, lower: 0, upper: 0 }]);
});
