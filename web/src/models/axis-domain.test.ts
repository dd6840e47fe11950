import { expect, it } from 'vitest';
import { logTicks, paddedDomain, paddedLogDomain } from './axis-domain.ts';

it('leaves room around the values', () => {
  expect(paddedDomain([1, 2])).toEqual([0.88, 2.12]);
  const [from, to] = paddedDomain([0, 0]);
  expect(from).toBeLessThan(to);
});

it('writes round figures on a logarithmic axis', () => {
  expect(logTicks([0.0006, 0.03])).toEqual([0.001, 0.002, 0.005, 0.01, 0.02]);
  const [from, to] = paddedLogDomain([3e-8, 1e-6]);
  expect(logTicks([from, to]).length).toBeGreaterThan(3);
});
