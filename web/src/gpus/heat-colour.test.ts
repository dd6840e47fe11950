import { expect, it } from 'vitest';
import { pickStep, pickTicks, rowHeight } from './heat-colour.ts';

it.each([
  [null, null],
  [0, 0],
  [0.0001, 1],
  [0.25, 1],
  [0.26, 2],
  [0.75, 3],
  [1, 4],
])('a mean of %s is at step %s', (mean, step) => {
  expect(pickStep(mean)).toBe(step);
});

it.each([
  [1, 24],
  [26, 24],
  [100, 4],
  [1000, 2],
])('%i rows are %i pixels high each', (rows, height) => {
  expect(rowHeight(rows)).toBe(height);
});

it.each([
  [0, []],
  [3, [0, 1, 2]],
  [14, [0, 2, 4, 6, 8, 10, 12]],
  [200, [0, 29, 58, 87, 116, 145, 174]],
])('%i slots have dates at %j', (slots, ticks) => {
  expect(pickTicks(slots)).toEqual(ticks);
});
