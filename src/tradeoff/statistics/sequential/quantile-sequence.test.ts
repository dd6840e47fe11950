import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../platform/numbers/index.ts';
import { draws } from '../../../testing/deep.ts';
import {
  computeQuantileDifference,
  computeQuantileInterval,
  computeQuantileRatio,
  createCountEvidence,
} from './quantile-sequence.ts';

/** Latencies in whole milliseconds, so that there are ties. */
function drawLatencies(seed: number, n: number, scale = 1): Float64Array {
  const next = createRandom(seed);
  return Float64Array.from({ length: n }, () => Math.ceil(-100 * scale * Math.log(1 - next()))).sort();
}

describe('confidence sequences of quantiles', () => {
  // confseq 0.0.11, confseq.boundaries.beta_binomial_log_mixture(k - n p, n p (1 - p), 2500 p (1 - p), p, 1 - p, .05, True);
  // expectation 0.6.1 agrees in the seventh row.
  it.each([
    [0.5, 100, 50, -0.11321666182078616],
    [0.5, 1000, 510, -0.14653313845445837],
    [0.5, 1000, 530, 1.2980193691151385],
    [0.5, 2500, 1230, -1.5039182607267207],
    [0.95, 100, 95, -0.11957685947072605],
    [0.95, 1000, 960, 0.7681731578700379],
    [0.95, 1000, 980, 8.26758643545972],
    [0.95, 2500, 2355, -2.026273318818923],
  ])('have the evidence of confseq at quantile %f, n %i, %i below', (quantile, n, below, expected) => {
    const { forMore } = createCountEvidence({ quantile, tail: 0.05 });
    expect(forMore(below, n)).toBeCloseTo(expected, 9);
    const mirrored = createCountEvidence({ quantile: 1 - quantile, tail: 0.05 });
    expect(mirrored.forFewer(n - below, n)).toBeCloseTo(expected, 9);
  });

  it('keep finite evidence where the incomplete beta function is smaller than any number', () => {
    const { forMore } = createCountEvidence({ quantile: 0.5, tail: 0.05 });
    const evidence = [0, 1000, 2000, 3000, 5000].map((below) => forMore(below, 5000));
    expect(evidence.every(Number.isFinite)).toBe(true);
    expect(evidence).toEqual(evidence.toSorted((a, b) => a - b));
  });

  it('hold at every of 100 looks together', () => {
    const runs = draws(500);
    let misses = 0;
    for (let run = 0; run < runs; run += 1) {
      const values = drawLatencies(run, 1000);
      const next = createRandom(run + 1e6);
      const order = Float64Array.from(values, (value) => value).sort(() => next() - 0.5);
      const truth = Math.ceil(-100 * Math.log(0.05));
      let isMissed = false;
      for (let n = 10; n <= 1000 && !isMissed; n += 10) {
        const { lower, upper } = computeQuantileInterval(order.slice(0, n).sort(), { quantile: 0.95, tail: 0.05 });
        isMissed = lower > truth || upper < truth;
      }
      if (isMissed) misses += 1;
    }
    expect(misses / runs).toBeLessThanOrEqual(0.1 + 1.645 * Math.sqrt(0.09 / runs));
  });

  it('find a difference and a ratio of two arms, tighter than two intervals apart', () => {
    const [slow, fast] = [drawLatencies(1, 5000, 1.2), drawLatencies(2, 5000)];
    const question = { quantile: 0.95, tail: 0.05 };
    const difference = computeQuantileDifference(slow, fast, question);
    const truth = -20 * Math.log(0.05);
    expect(difference.lower).toBeGreaterThan(0);
    expect(difference.lower).toBeLessThan(truth);
    expect(difference.upper).toBeGreaterThan(truth);
    const ratio = computeQuantileRatio(slow, fast, question);
    expect(ratio.lower).toBeGreaterThan(1);
    expect(ratio.upper).toBeGreaterThan(1.2);
    const half = { quantile: 0.95, tail: 0.025 };
    const [ofSlow, ofFast] = [computeQuantileInterval(slow, half), computeQuantileInterval(fast, half)];
    expect(difference.lower).toBeGreaterThan(ofSlow.lower - ofFast.upper);
    const back = computeQuantileDifference(fast, slow, question);
    expect(back).toEqual({ lower: -difference.upper, upper: -difference.lower });
  });

  it('exclude exactly the differences that the evidence excludes at every possible pair of quantiles', () => {
    const [higher, lower] = [drawLatencies(3, 120, 2), drawLatencies(4, 90)];
    const question = { quantile: 0.5, tail: 0.05, tunedAt: 100 };
    const evidence = createCountEvidence(question);
    const isExcluded = (difference: number): boolean =>
      [...lower, ...higher.map((value) => value - difference), 1e9].every((x) => {
        const more = evidence.forMore(lower.filter((value) => value < x).length, lower.length);
        const fewer = evidence.forFewer(higher.filter((value) => value <= x + difference).length, higher.length);
        return more + fewer >= -Math.log(question.tail);
      });
    const end = computeQuantileDifference(higher, lower, question).lower;
    expect(isExcluded(end)).toBe(false);
    expect(isExcluded(end - 1)).toBe(true);
  });

  it('are unbounded while values are few, and refuse values without a ratio', () => {
    const open = { lower: Number.NEGATIVE_INFINITY, upper: Number.POSITIVE_INFINITY };
    const question = { quantile: 0.95, tail: 0.05 };
    expect(computeQuantileInterval(new Float64Array(), question)).toEqual(open);
    expect(computeQuantileDifference(Float64Array.of(1), Float64Array.of(2), question)).toEqual(open);
    expect(() => computeQuantileRatio(Float64Array.of(0), Float64Array.of(2), question)).toThrow(RangeError);
    expect(() => createCountEvidence({ quantile: 1, tail: 0.05 })).toThrow(RangeError);
  });
});
