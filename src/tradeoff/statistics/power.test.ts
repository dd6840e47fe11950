import { describe, expect, it } from 'vitest';
import { computeHoursToDecision, computePower, computeSampleSize, type PlannedDesign } from './index.ts';

describe('sample size and power', () => {
  const level = { kind: 'proportions', candidate: 0.9, baseline: 0.9 } as const;

  it('are those of the usual formula: p = 0.9, 80 % power', () => {
    expect(computeSampleSize(level, { margin: 0.02, tail: 0.05 })).toBe(2783);
    expect(computeSampleSize(level, { margin: 0.01, tail: 0.05 })).toBe(11129);
    const paired = { kind: 'paired-binary', discordance: 0.04, difference: 0 } as const;
    expect(computeSampleSize(paired, { margin: 0.02, tail: 0.05 })).toBe(619);
    expect(
      computeSampleSize({ kind: 'paired-means', deviation: 1, difference: 0 }, { margin: 0.1, tail: 0.025 }, 0.9),
    ).toBe(1051);
  });

  it.each([
    level,
    { kind: 'paired-binary', discordance: 0.06, difference: 0.01 },
    { kind: 'means', deviation: 3, difference: 0.1 },
    { kind: 'paired-means', deviation: 2, difference: -0.01 },
  ] satisfies PlannedDesign[])('are inverse to each other: $kind', (design) => {
    const test = { margin: 0.03, tail: 0.05 };
    const n = computeSampleSize(design, test, 0.9) ?? 0;
    expect(computePower(design, test, n)).toBeGreaterThanOrEqual(0.9);
    expect(computePower(design, test, n - 1)).toBeLessThan(0.9);
  });

  it('know when a test can never pass, and when it always does', () => {
    const worse = { kind: 'proportions', candidate: 0.88, baseline: 0.9 } as const;
    expect(computeSampleSize(worse, { margin: 0.02, tail: 0.05 })).toBeNull();
    const constant = { kind: 'means', deviation: 0, difference: 0 } as const;
    expect(computeSampleSize(constant, { margin: 0.02, tail: 0.05 })).toBe(1);
    expect([
      computePower(constant, { margin: 0.02, tail: 0.05 }, 5),
      computePower(constant, { margin: 0, tail: 0.05 }, 5),
    ]).toEqual([1, 0]);
  });

  it('refuse plans that contradict themselves', () => {
    const test = { margin: 0.02, tail: 0.05 };
    expect(() => computeSampleSize({ kind: 'paired-binary', discordance: 0.01, difference: 0.02 }, test)).toThrow(
      RangeError,
    );
    expect(() => computeSampleSize({ kind: 'proportions', candidate: 1.2, baseline: 0.5 }, test)).toThrow(RangeError);
    expect(() => computeSampleSize({ kind: 'means', deviation: Number.NaN, difference: 0 }, test)).toThrow(RangeError);
    expect(() => computeSampleSize(level, test, 1)).toThrow(RangeError);
    expect(() => computeSampleSize(level, { margin: -1, tail: 0.05 })).toThrow(RangeError);
    expect(() => computePower(level, { margin: 0, tail: 0.5 }, 10)).toThrow(RangeError);
  });

  it('give the hours until the samples have arrived', () => {
    expect(computeHoursToDecision(500, 250)).toBe(2);
    expect([computeHoursToDecision(0, null), computeHoursToDecision(5, 0), computeHoursToDecision(null, 3)]).toEqual([
      0,
      null,
      null,
    ]);
  });
});
