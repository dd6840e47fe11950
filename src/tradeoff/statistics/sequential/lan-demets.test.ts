import { describe, expect, it } from 'vitest';
import {
  computeGroupSequentialBounds,
  computeLookLevels,
  computeSpentError,
  createGroupSequentialBounds,
} from './lan-demets.ts';

const equal = (count: number): number[] => Array.from({ length: count }, (_, place) => (place + 1) / count);

describe('Lan-DeMets bounds with O’Brien-Fleming type spending', () => {
  // rpact 3.2, tests/testthat/test-f_design_group_sequential.R: typeOfDesign = "asOF", non-binding futility, one-sided.
  it.each([
    [0.13, [0.4, 0.75, 1], [2.1280732, 1.4368565, 1.2468994]],
    [0.13, [0.4, 0.75, 0.85, 1], [2.1280732, 1.4368565, 1.422873, 1.2970881]],
  ])('equal those of rpact at tail %f and looks %j to 1e-6', (tail, fractions, expected) => {
    computeGroupSequentialBounds(fractions, tail).forEach((bound, look) => {
      expect(Math.abs(bound - (expected[look] as number))).toBeLessThan(1e-6);
    });
  });

  // gsDesign(test.type = 1, sfu = sfLDOF, alpha = 0.025) and table 2 of Lan and DeMets (1989), four digits.
  it.each([
    [[3.7103, 2.5114, 1.993], 3],
    [[4.8769, 3.357, 2.6803, 2.2898, 2.031], 5],
  ])('equal the published %j', (expected, count) => {
    expect(computeGroupSequentialBounds(equal(count), 0.025).map((bound) => Number(bound.toFixed(4)))).toEqual(
      expected,
    );
  });

  // rpact, the same file: alphaSpent.
  it('spend what the function says', () => {
    const spent = [0.4, 0.75, 0.85, 1].map((fraction) => computeSpentError(fraction, 0.13));
    [0.016665509, 0.080406163, 0.10053322, 0.13].forEach((expected, look) => {
      expect(spent[look]).toBeCloseTo(expected, 8);
    });
    expect(computeSpentError(0, 0.05)).toBe(0);
  });

  it('are the same whether looks become known one by one or all at once, and a single look is the fixed test', () => {
    const bounds = createGroupSequentialBounds(0.05);
    expect(equal(7).map(bounds.addLook)).toEqual(computeGroupSequentialBounds(equal(7), 0.05));
    expect(computeLookLevels([1], 0.05)[0]).toBeCloseTo(0.05, 14);
  });

  it('are infinite while there is nothing to spend, and fall over hundreds of looks to a bound near the limit', () => {
    const bounds = computeGroupSequentialBounds(equal(150), 0.05);
    expect(bounds[0]).toBe(Number.POSITIVE_INFINITY);
    const finite = bounds.filter(Number.isFinite);
    expect(finite.every((bound, look) => look === 0 || bound < (finite[look - 1] as number))).toBe(true);
    // Continuous looks have the bound of a Brownian motion at time 1; the discrete one is below it and above the single test.
    expect(bounds.at(-1)).toBeGreaterThan(1.9);
    expect(bounds.at(-1)).toBeLessThan(1.96);
  });

  it('have no bound at a look without further information', () => {
    const bounds = computeGroupSequentialBounds([0.5, 0.50001, 1], 0.05);
    expect(bounds[1]).toBe(Number.POSITIVE_INFINITY);
    expect(bounds[2]).toBeCloseTo(computeGroupSequentialBounds([0.5, 1], 0.05)[1] as number, 12);
  });

  it.each([[[0.5, 0.4]], [[0.5, 0.5]], [[0]], [[1.2]], [[Number.NaN]]])('refuse the fractions %j', (fractions) => {
    expect(() => computeGroupSequentialBounds(fractions, 0.05)).toThrow(RangeError);
  });
});
