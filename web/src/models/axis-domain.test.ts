import { expect, it } from 'vitest';
import { logTicks, paddedDomain, paddedLogDomain } from './axis-domain.ts';

it('leaves room around the values', () => {
  expect(paddedDomain([1, 2])).toEqual([0.88, 2.12]);
  const [from, to] = paddedDomain([0, 0]);
  expect(from).toBeLessThan(to);
});

it.each([
  [0.0006, 0.3, [0.001, 0.01, 0.1]],
  [0.0006, 0.03, [0.001, 0.01]],
  [3, 70, [10]],
  [1e-9, 1, [1e-9, 1e-7, 1e-5, 0.001, 0.1]],
])('labels the decades of a logarithmic axis from %d to %d', (from, to, ticks) => {
  expect(logTicks([from, to])).toEqual(ticks);
});

it('has two decades at least', () => {
  expect(paddedLogDomain([0.0193, 0.4715])).toEqual([0.01, 1]);
});

it('has no more labels than a phone has room for', () => {
  const [from, to] = paddedLogDomain([3e-8, 4e7]);
  expect(logTicks([from, to]).length).toBeLessThanOrEqual(5);
});
