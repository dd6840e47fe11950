import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  approximateNormalQuantile,
  computeBetaQuantile,
  computeBinomialCdf,
  computeBinomialProbability,
  computeIncompleteBeta,
  computeLogGamma,
  computeNormalCdf,
  computeNormalQuantile,
  computeNormalTail,
  computeStudentCdf,
  computeStudentQuantile,
  computeStudentTwoSided,
  findRoot,
} from './index.ts';

const Rows = <Row extends z.ZodType>(row: Row) => z.array(row);
const One = z.tuple([z.number(), z.number()]);
const Two = z.tuple([z.number(), z.number(), z.number()]);
const Three = z.tuple([z.number(), z.number(), z.number(), z.number()]);
const Goldens = z.object({
  normalTail: Rows(One),
  normalQuantile: Rows(One),
  logGamma: Rows(One),
  studentTwoSided: Rows(Two),
  studentQuantile: Rows(Two),
  incompleteBeta: Rows(Three),
  betaQuantile: Rows(Three),
  binomial: Rows(z.tuple([z.number(), z.number(), z.number(), z.number(), z.number()])),
});
/** mpmath with 40 digits (normal law, ln Gamma), SciPy (the rest). */
const goldens = Goldens.parse(
  JSON.parse(readFileSync(new URL('goldens/special-functions.json', import.meta.url), 'utf8')),
);

/** Relative, so that the far tail counts. */
function expectNear(found: number, expected: number, tolerance: number): void {
  expect(Math.abs(found / expected - 1)).toBeLessThan(tolerance);
}

describe('the normal law', () => {
  it.each(goldens.normalTail)('has the tail of %f to 1e-15 relative: %f', (at, expected) => {
    expectNear(computeNormalTail(at), expected, 1e-15);
    expect(computeNormalCdf(-at)).toBe(computeNormalTail(at));
  });

  it.each(goldens.normalQuantile)('has the quantile of %f to the last digits: %f', (share, expected) => {
    // The absolute part: near 0.5 the share itself has too few digits for a relative error.
    expect(Math.abs(computeNormalQuantile(share) - expected)).toBeLessThan(1e-15 * (Math.abs(expected) + 0.2));
    expectNear(approximateNormalQuantile(share), expected, 1.3e-9);
  });

  it('ends at 0 and 1', () => {
    expect([computeNormalQuantile(0), computeNormalQuantile(1)]).toEqual([-Infinity, Infinity]);
    expect([computeNormalTail(50), computeNormalTail(-50), computeNormalTail(Infinity)]).toEqual([0, 1, 0]);
    expect(computeNormalTail(Number.NaN)).toBeNaN();
  });
});

describe('Student’s t', () => {
  it.each(goldens.studentTwoSided)('has the two-sided p-value of %f with %f degrees: %f', (t, degrees, expected) => {
    expectNear(computeStudentTwoSided(t, degrees), expected, 2e-11);
    expectNear(computeStudentCdf(-t, degrees), expected / 2, 2e-11);
  });

  it.each(goldens.studentQuantile)('has the quantile of %f with %f degrees: %f', (share, degrees, expected) => {
    expectNear(computeStudentQuantile(share, degrees), expected, 1e-12);
  });

  it('is the inverse of its quantile, and symmetric', () => {
    const shares = fc.double({ min: 1e-12, max: 0.499, noNaN: true });
    const degrees = fc.double({ min: 0.3, max: 2e4, noNaN: true });
    fc.assert(
      fc.property(shares, degrees, (share, by) => {
        const t = computeStudentQuantile(share, by);
        expectNear(computeStudentCdf(t, by), share, 1e-10);
        expect(computeStudentQuantile(0.75, by)).toBe(-computeStudentQuantile(0.25, by));
      }),
      { numRuns: 100, seed: 1 },
    );
  });
});

describe('the beta and binomial laws', () => {
  it.each(goldens.incompleteBeta)('I of %f with a = %f, b = %f is %f', (x, a, b, expected) => {
    expectNear(computeIncompleteBeta(x, a, b), expected, 1e-11);
  });

  it.each(goldens.betaQuantile)('the quantile of %f with a = %f, b = %f is %f', (share, a, b, expected) => {
    expectNear(computeBetaQuantile(share, a, b), expected, 1e-12);
  });

  it.each(goldens.binomial)('%i of %i at %f has the probability %f, at most as many %f', (k, n, share, mass, below) => {
    expectNear(computeBinomialProbability(k, n, share), mass, 1e-12);
    expectNear(computeBinomialCdf(k, n, share), below, 1e-12);
  });
});

describe('ln Gamma', () => {
  it.each(goldens.logGamma)('of %f is %f', (a, expected) => {
    expectNear(computeLogGamma(a), expected, 1e-13);
  });
});

describe('the root of a function', () => {
  it('is found to the last digits, also of a discontinuous one', () => {
    expect(findRoot((x) => x * x - 2, 1, 2)).toBeCloseTo(Math.SQRT2, 15);
    expect(findRoot((x) => Math.exp(x) - 1e-200, -1000, 0)).toBeCloseTo(Math.log(1e-200), 10);
    expect(findRoot((x) => (x < 0.3 ? -1 : 1), 0, 1)).toBeCloseTo(0.3, 15);
  });

  it('is the nearer end where the signs are equal', () => {
    expect(findRoot((x) => x + 1, 0, 5)).toBe(0);
    expect(findRoot((x) => x, 0, 5)).toBe(0);
  });
});
