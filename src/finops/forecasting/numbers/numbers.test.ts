import { describe, expect, it } from 'vitest';
import { approximateNormalQuantile } from '../../../platform/numbers/index.ts';
import { solveSymmetric } from './cholesky.ts';
import { minimise } from './nelder-mead.ts';
import { computeStudentQuantile } from './student.ts';

describe('the simplex search', () => {
  const box = (start: number[], low: number, high: number) => ({
    start: Float64Array.from(start),
    low: new Float64Array(start.length).fill(low),
    high: new Float64Array(start.length).fill(high),
    most: 400,
  });

  it('finds the valley of Rosenbrock', () => {
    const cost = ([x = 0, y = 0]: Float64Array) => (1 - x) ** 2 + 100 * (y - x * x) ** 2;
    const [x, y] = minimise(cost, box([-1.2, 1], -2, 2));
    expect(x).toBeCloseTo(1, 2);
    expect(y).toBeCloseTo(1, 2);
  });

  it('ends at the edge of its box, and leaves what is infinite', () => {
    const cost = ([x = 0]: Float64Array) => (x > 0.9 ? Number.POSITIVE_INFINITY : (x - 3) ** 2);
    expect(minimise(cost, box([0.1], 0, 0.8))[0]).toBeCloseTo(0.8, 6);
    expect(minimise(cost, box([0.1], 0, 2))[0]).toBeCloseTo(0.9, 2);
  });
});

describe('quantiles', () => {
  it('of the normal law are those of its tables', () => {
    expect(approximateNormalQuantile(0.9)).toBeCloseTo(1.2815516, 7);
    expect(approximateNormalQuantile(0.975)).toBeCloseTo(1.959964, 6);
    expect(approximateNormalQuantile(0.001)).toBeCloseTo(-3.0902323, 6);
  });

  /** Tables of Student's t. */
  it.each([
    [0.9, 3, 1.638],
    [0.975, 3, 3.182],
    [0.9, 10, 1.372],
    [0.975, 10, 2.228],
    [0.975, 30, 2.042],
  ])('of Student’s t are those of its tables to 2 %: %f, %i degrees', (share, degrees, tabled) => {
    expect(Math.abs(computeStudentQuantile(share, degrees) / tabled - 1)).toBeLessThan(0.02);
  });
});

describe('normal equations', () => {
  it('are solved, and refused where two columns are one', () => {
    const right = Float64Array.of(8, 7);
    expect(solveSymmetric(Float64Array.of(4, 0, 2, 3), right)).toBe(true);
    expect(right[0]).toBeCloseTo(1.25, 12);
    expect(right[1]).toBeCloseTo(1.5, 12);
    expect(solveSymmetric(Float64Array.of(1, 0, 1, 1), Float64Array.of(1, 1))).toBe(false);
  });
});
