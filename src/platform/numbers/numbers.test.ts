import { describe, expect, it } from 'vitest';
import { averageValues, computeLowerQuantile, computeQuantile, createRandom, createSeededRandom } from './index.ts';

describe('quantiles', () => {
  it('lie between neighbours, are of nothing null, and bear what is infinite', () => {
    expect([0, 0.25, 0.5, 1].map((share) => computeQuantile([1, 2, 4, 8, 16], share))).toEqual([1, 2, 4, 16]);
    expect(computeQuantile([1, 2], 0.75)).toBe(1.75);
    expect(computeQuantile(Float64Array.of(3), 0.3)).toBe(3);
    expect([computeQuantile([], 0.5), computeLowerQuantile([], 0.5), averageValues([])]).toEqual([null, null, null]);
    const endless = [1, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
    expect([0.5, 0.75].map((share) => computeQuantile(endless, share))).toEqual(endless.slice(1));
  });

  it('may be those at or below the place', () => {
    expect([0, 0.25, 0.5, 0.99, 1].map((share) => computeLowerQuantile([1, 2, 4, 8], share))).toEqual([1, 1, 2, 4, 8]);
  });
});

describe('what a seed determines', () => {
  // Bit-identical across versions: stored forecasts and drift tests depend on it.
  it('is the same on every machine', () => {
    const first = (next: () => number) => [next(), next(), next()];
    expect(first(createSeededRandom(1))).toEqual([0.6270739405881613, 0.002735721180215478, 0.5274470399599522]);
    expect(first(createRandom(1))).toEqual([0.3508024376562475, 0.0322177876048354, 0.9301654385290195]);
  });
});
