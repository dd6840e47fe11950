import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../platform/numbers/index.ts';
import { computeSequenceMultiplier, computeSequencePValue, createMeanSequence } from './asymptotic-sequence.ts';

describe('the asymptotic confidence sequence', () => {
  // gbstats 0.8.0, SequentialTwoSidedTTest: estimate, standard error, n of both arms, alpha, tuning, lower end, p-value.
  it.each([
    [0.5033610858562358, 0.3334122146400735, 6461, 0.05, 1000, -0.5584405051077315, 1],
    [0.5038633516821496, 0.033860214798231224, 6461, 0.05, 5000, 0.4009784966859415, 5.174716682839852e-44],
    [-0.010083790811904136, 0.007635804092257232, 6461, 0.05, 5000, -0.03328531512274152, 1],
    [-0.050000000000000044, 0.0329772648956823, 400, 0.1, 5000, -0.17737732336744577, 0.8340015087318773],
  ])('two-sided equals GrowthBook at estimate %f', (estimate, standardError, n, alpha, tunedAt, lower, pValue) => {
    const question = { tail: alpha / 2, tunedAt, sides: 'two-sided' as const };
    expect(estimate - standardError * computeSequenceMultiplier(n, question)).toBeCloseTo(lower, 10);
    const p = computeSequencePValue(estimate / standardError, n, question);
    expect(Math.abs(p / pValue - 1)).toBeLessThan(1e-9);
  });

  // GrowthBook, packages/stats/tests/frequentist/test_tests.py, TestSequentialOneSidedGreaterTTest.test_one_sided_ttest.
  it('one-sided equals GrowthBook', () => {
    const half = 0.3334122146400735 * computeSequenceMultiplier(6461, { tail: 0.05 });
    expect(0.5033610858562358 - half).toBeCloseTo(-0.42356454602790883, 9);
  });

  it('is tightest near the n it is tuned at, relative to the limit of the iterated logarithm, and unbounded without data', () => {
    const loss = (n: number, tunedAt: number) => computeSequenceMultiplier(n, { tail: 0.05, tunedAt });
    for (const n of [100, 1000, 20_000]) {
      expect(loss(n, n)).toBeLessThan(loss(n, n / 5));
      expect(loss(n, n)).toBeLessThan(loss(n, n * 5));
    }
    expect(loss(0, 100)).toBe(Number.POSITIVE_INFINITY);
  });

  it('updates mean and variance value by value', () => {
    const next = createRandom(5);
    const values = Array.from({ length: 400 }, () => 1e6 + next());
    const sequence = createMeanSequence({ tail: 0.05 });
    values.forEach(sequence.add);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
    const { lower, upper } = sequence.interval();
    expect((lower + upper) / 2).toBeCloseTo(mean, 6);
    expect((upper - lower) / 2).toBeCloseTo(
      Math.sqrt(variance / 400) * computeSequenceMultiplier(400, { tail: 0.05 }),
      9,
    );
  });

  it('has no finite end for one value or a constant, and refuses what is no number', () => {
    const sequence = createMeanSequence({ tail: 0.05 });
    const open = { lower: Number.NEGATIVE_INFINITY, upper: Number.POSITIVE_INFINITY };
    sequence.add(3);
    expect(sequence.interval()).toEqual(open);
    sequence.add(3);
    expect(sequence.interval()).toEqual(open);
    expect(() => sequence.add(Number.NaN)).toThrow(RangeError);
    expect(() => computeSequenceMultiplier(10, { tail: 0.5 })).toThrow(RangeError);
  });
});
