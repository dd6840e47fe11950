import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createMissBudget } from './miss-budget.ts';
import type { ScalingObservation } from './policy.ts';

const seen = (fromSeconds: number, changes: Partial<ScalingObservation> = {}): ScalingObservation => ({
  fromSeconds,
  atSeconds: fromSeconds + 2,
  replicas: 1,
  concurrencySeconds: 0,
  arrivalsSeconds: [],
  servedSeconds: [],
  unserved: 0,
  waitsSeconds: [],
  ...changes,
});
const newBudget = () => createMissBudget({ waitSeconds: 2, missRatio: 0.1 });
const times = <T>(count: number, value: T): T[] => Array.from({ length: count }, () => value);

it.each<[string, (number | null)[], number]>([
  ['its share while nothing happened', [], 10],
  ['its share after fewer misses than that', times(20, 0), 10],
  ['its share after as many misses as that', [3, ...times(9, 0)], 10],
  ['less by three times the misses that were too many', [3, 3, ...times(8, 0)], 7],
  ['nothing after many misses', [...times(9, 3), 0], 10 - 3 * 8],
  ['less after requests that were refused', [null, null, ...times(8, 0)], 7],
])('a hundred requests may miss %s', (_, waitsSeconds, allowed) => {
  const budget = newBudget();
  budget.add(seen(0, { arrivalsSeconds: waitsSeconds.map(() => 0), waitsSeconds }));
  expect(budget.allowedMisses(100)).toBeCloseTo(allowed, 9);
});

it('counts a request as a miss once it has waited too long, and once only', () => {
  const budget = newBudget();
  budget.add(seen(0, { arrivalsSeconds: [1, 1] }));
  expect(budget.allowedMisses(100)).toBeCloseTo(10, 9);
  budget.add(seen(2));
  expect(budget.allowedMisses(100)).toBeCloseTo(10 - 3 * (2 - 0.2), 9);
  budget.add(seen(4, { waitsSeconds: [4, 4] }));
  expect(budget.allowedMisses(100)).toBeCloseTo(10 - 3 * (2 - 0.2), 9);
});

it('forgets an outage: after a week without requests hardly anything of it is left', () => {
  const budget = newBudget();
  budget.add(seen(0, { arrivalsSeconds: times(50, 0), waitsSeconds: times(50, 9) }));
  budget.add(seen(2, { atSeconds: 7 * 86_400 }));
  expect(budget.allowedMisses(100)).toBeGreaterThan(10 - 3 * 50 * 0.01);
});

it('never allows more than the share, and less with every miss', () => {
  const waits = fc.array(fc.oneof(fc.double({ min: 0, max: 5, noNaN: true }), fc.constant(null)), { maxLength: 40 });
  fc.assert(
    fc.property(waits, (waitsSeconds) => {
      const [budget, worse] = [newBudget(), newBudget()];
      budget.add(seen(0, { arrivalsSeconds: waitsSeconds.map(() => 0), waitsSeconds }));
      worse.add(seen(0, { arrivalsSeconds: waitsSeconds.map(() => 0), waitsSeconds: waitsSeconds.map(() => 9) }));
      expect(budget.allowedMisses(50)).toBeLessThanOrEqual(5);
      expect(worse.allowedMisses(50)).toBeLessThanOrEqual(budget.allowedMisses(50));
    }),
    { numRuns: 50 },
  );
});
