import { describe, expect, it } from 'vitest';
import { createRandom } from '../../platform/numbers/index.ts';
import {
  combineInflations,
  computeEffectiveSize,
  computeLagOneCorrelation,
  createRunningInflation,
  estimateBatchInflation,
  estimateClusterInflation,
  estimateInflation,
} from './dependence.ts';
import { createLatent, createOutcome, type Generator } from './simulation/streams.ts';

function drawOutcomes(
  generator: Generator,
  n: number,
  seed: number,
  kind: 'binary' | 'latency' = 'binary',
): Float64Array {
  const latent = createLatent(generator, createRandom(seed));
  const toOutcome = createOutcome(kind, kind === 'binary' ? 0.9 : 100);
  return Float64Array.from({ length: n }, () => toOutcome(latent()));
}

function average(values: readonly (number | null)[]): number {
  return values.reduce<number>((sum, value) => sum + (value ?? Number.NaN), 0) / values.length;
}

const STICKY: Generator = { kind: 'sticky', correlation: 0.6 };
const GAUSSIAN: Generator = { kind: 'gaussian', correlation: 0.6 };
/** True factors: (1 + 0.6) / (1 - 0.6), and 1 + 2 x the sum of the correlations of {z < 1.2816} of a Gaussian AR(1) (tetrachoric series). */
const FACTORS = [
  [STICKY, 4],
  [GAUSSIAN, 2.38],
] as const;

describe('dependence of consecutive outcomes', () => {
  it('has the lag-1 correlation and the effective size of an AR(1)', () => {
    expect(computeLagOneCorrelation([1, 2, 3, 4])).toBeCloseTo(0.25, 12);
    expect(computeLagOneCorrelation([1, 1, 1, 1])).toBeNull();
    expect(computeEffectiveSize(1000, 0.6)).toBeCloseTo(250, 9);
    expect(computeEffectiveSize(1000, -0.2)).toBe(1000);
  });

  it.each(FACTORS)('is estimated near its true factor in long series: %j -> %f', (generator, factor) => {
    const estimates = Array.from({ length: 10 }, (_, seed) => estimateInflation(drawOutcomes(generator, 20_000, seed)));
    expect(average(estimates)).toBeGreaterThan(factor);
    expect(average(estimates)).toBeLessThan(1.25 * factor);
  });

  // A lognormal of spread 0.5 of the Gaussian series has the correlations (exp(r / 4) - 1) / (exp(1 / 4) - 1).
  it.each([
    [STICKY, 4],
    [GAUSSIAN, 3.77],
  ])('is not judged too kindly in short series: %j -> %f', (generator, factor) => {
    const estimates = Array.from({ length: 200 }, (_, seed) =>
      estimateInflation(drawOutcomes(generator, 200, seed, 'latency')),
    );
    expect(average(estimates)).toBeGreaterThan(factor);
  });

  it('costs independent outcomes little', () => {
    const independent: Generator = { kind: 'gaussian', correlation: 0 };
    const estimates = Array.from({ length: 20 }, (_, seed) => estimateInflation(drawOutcomes(independent, 5000, seed)));
    expect(average(estimates)).toBeGreaterThanOrEqual(1);
    expect(average(estimates)).toBeLessThan(1.15);
  });

  it('is the same value by value as at once', () => {
    const values = drawOutcomes(STICKY, 700, 4, 'latency');
    const running = createRunningInflation();
    for (const value of values) running.add(value);
    expect(running.inflation()).toBeCloseTo(estimateInflation(values) as number, 8);
    const few = createRunningInflation();
    for (const value of values.subarray(0, 30)) few.add(value);
    expect(few.inflation()).toBeCloseTo(estimateInflation(values.subarray(0, 30)) as number, 8);
  });

  it('is unknown for few or constant values', () => {
    expect(estimateInflation([1, 0, 1])).toBeNull();
    expect(estimateInflation(new Float64Array(100).fill(1))).toBeNull();
    expect(createRunningInflation().inflation()).toBeNull();
    expect(
      combineInflations([
        { inflation: null, variance: 1, n: 10 },
        { inflation: 2, variance: 1, n: 10 },
      ]),
    ).toBeNull();
  });

  it('of two arms weighs each by its part of the variance', () => {
    expect(
      combineInflations([
        { inflation: 4, variance: 3, n: 10 },
        { inflation: 1, variance: 1, n: 10 },
      ]),
    ).toBeCloseTo(3.25, 12);
  });

  it('of clusters is the cluster-robust variance over the independent one', () => {
    const next = createRandom(9);
    const single = Array.from({ length: 2000 }, next);
    const twice = single.flatMap((value) => [value, value]);
    const clusters = twice.map((_, place) => Math.floor(place / 2));
    const slack = 1 + Math.sqrt(2 / 1999);
    expect((estimateClusterInflation(twice, clusters) as number) / slack).toBeCloseTo(2, 2);
    expect(estimateClusterInflation([1, 2], ['a', 'a'])).toBeNull();
    const values = drawOutcomes(STICKY, 20_000, 2);
    expect(estimateBatchInflation(values, 200)).toBeGreaterThan(3.2);
  });
});
