import { expect, it } from 'vitest';
import { pickStep, rowHeight } from './heat-colour.ts';

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
  [1, 18],
  [26, 18],
  [100, 4],
  [1000, 2],
])('%i rows are %i pixels high each', (rows, height) => {
  expect(rowHeight(rows)).toBe(height);
});
