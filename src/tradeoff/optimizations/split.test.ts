import { expect, it } from 'vitest';
import type { ArmSpan } from '../../mlops/gateway/index.ts';
import { explainSplit } from './evidence.ts';

const arm = (requests: number) => ({ requests, errors: 0, spans: [] as readonly ArmSpan[] });
const traffic = (baseline: number, candidate: number) => ({ baseline: arm(baseline), candidate: arm(candidate) });

it('a split that is not as asked is stated with both shares', () => {
  expect(explainSplit(traffic(900, 100), 0.2, false)).toBe(
    'the candidate received 10.0 % of the requests instead of 20.0 %, so the arms are not comparable',
  );
});

it.each([
  ['within chance of what was asked', traffic(810, 190), 0.2, false],
  ['of few requests', traffic(3, 0), 0.2, false],
  ['by caller, whose callers differ in their requests', traffic(900, 100), 0.2, true],
  ['of copies only', traffic(900, 0), 0, false],
])('a split %s is no reason', (_what, counts, share, isByCaller) => {
  expect(explainSplit(counts, share, isByCaller)).toBeNull();
});
