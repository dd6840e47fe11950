import { describe, expect, it } from 'vitest';
import { normal, seeded } from '../../testing/random.ts';
import { computeMedian, computeMidmean, estimateDependence, estimateDeviation, estimateSlope } from './robust.ts';
import { createSortedValues } from './sorted-values.ts';

describe('robust statistics', () => {
  it.each([
    [[], null],
    [[1, 9, 2], 2],
    [[4, 1, 3, 2], 2.5],
  ])('the median of %j is %j', (values, expected) => {
    expect(computeMedian(values)).toBe(expected);
  });

  it('take no notice of one wild value', () => {
    expect(computeMidmean([1, 2, 3, 90])).toBe(2.5);
    expect(estimateDeviation([-1, 1, 1, 90])).toBeCloseTo(1.4826, 12);
    const line = Array.from({ length: 20 }, (_, x): [number, number] => [x, 2 * x]);
    expect(estimateSlope(line.with(15, [15, 9000]))).toBe(2);
  });

  it('take the mean size for the deviation where most are zero', () => {
    expect(estimateDeviation([0, 0, 0, 4])).toBeCloseTo(1.2533, 12);
    expect(estimateDeviation([])).toBeNull();
  });

  it('estimate deviation and dependence of noise that is known', () => {
    const next = seeded(7);
    const noise: number[] = [];
    for (let count = 0; count < 5000; count += 1)
      noise.push(0.4 * (noise.at(-1) ?? 0) + Math.sqrt(0.84) * normal(next));
    expect(estimateDeviation(noise)).toBeCloseTo(1, 1);
    expect(estimateDependence(noise)).toBeCloseTo(0.4, 1);
    expect(estimateDependence(noise.slice(0, 20))).toBe(0);
    expect(estimateDependence(Array.from({ length: 30 }, () => 0))).toBe(0);
  });
});

describe('sorted values', () => {
  it('know what is nearest and what lies below', () => {
    const values = createSortedValues();
    expect(values.nearest(3)).toBe(Number.POSITIVE_INFINITY);
    expect(values.quantile(0.5)).toBeNull();
    for (const value of [5, 1, 9, 5]) values.add(value);
    expect([0, 5, 6, 20].map(values.nearest)).toEqual([1, 0, 1, 11]);
    expect([0, 0.5, 1].map(values.quantile)).toEqual([1, 5, 9]);
    values.remove(9);
    values.remove(7);
    expect(values.size).toBe(3);
    expect(values.nearest(20)).toBe(15);
  });
});
