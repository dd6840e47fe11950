import { describe, expect, it } from 'vitest';
import { createDraws, type Draws } from '../forecasting/drawn.testing.ts';
import { addUpTo, type Base, reconcileTotal } from './reconcile.ts';

const DAYS = 12;
const ORIGINS = 6;

function drawn(draws: Draws, level: number, noise: number): Base {
  const vector = (centre: number, size: number) => new Float64Array(DAYS).map(() => centre + size * draws.normal());
  return {
    mean: vector(level, noise).map((day) => Math.max(0, day)),
    errors: Array.from({ length: ORIGINS }, () => vector(0, noise)),
    mayBeNegative: false,
  };
}

const added = (parts: readonly Base[], of: (base: Base) => Float64Array) =>
  Array.from({ length: DAYS }, (_, step) => parts.reduce((sum, part) => sum + (of(part)[step] as number), 0));

describe('parts of a total', () => {
  it('add up to it on every day and in every past error, and none falls below nothing, whatever was forecast', () => {
    for (let seed = 1; seed <= 60; seed += 1) {
      const draws = createDraws(seed);
      const parts = Array.from({ length: 1 + (seed % 9) }, () => drawn(draws, 40 * draws.even(), 1 + 9 * draws.even()));
      const others = Array.from({ length: 1 + (seed % 4) }, () =>
        drawn(draws, 40 * draws.even(), 1 + 9 * draws.even()),
      );
      const { total, weights } = reconcileTotal(drawn(draws, 100 * draws.even(), 10), [parts, others]);
      expect(weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 9);
      for (const level of [parts, others]) {
        const whole = addUpTo(total, level);
        for (const [step, sum] of added(whole, ({ mean }) => mean).entries()) {
          expect(sum).toBeCloseTo(total.mean[step] as number, 6);
        }
        for (let origin = 0; origin < ORIGINS; origin += 1) {
          const sums = added(whole, ({ errors }) => errors[origin] as Float64Array);
          for (const [step, sum] of sums.entries())
            expect(sum).toBeCloseTo((total.errors[origin] as Float64Array)[step] as number, 6);
        }
        expect(Math.min(...whole.flatMap(({ mean }) => [...mean]))).toBeGreaterThanOrEqual(0);
      }
    }
  });

  it('that are known well stay as they are', () => {
    const steady: Base = {
      mean: Float64Array.of(10),
      errors: [Float64Array.of(0), Float64Array.of(0)],
      mayBeNegative: false,
    };
    const rough: Base = {
      mean: Float64Array.of(10),
      errors: [Float64Array.of(5), Float64Array.of(-5)],
      mayBeNegative: false,
    };
    const total: Base = { ...rough, mean: Float64Array.of(26) };
    expect(addUpTo(total, [steady, rough]).map(({ mean }) => mean[0])).toEqual([10, 16]);
    expect(addUpTo({ ...total, mean: Float64Array.of(6) }, [steady, rough]).map(({ mean }) => mean[0])).toEqual([6, 0]);
    expect(reconcileTotal(total, [[steady]]).weights).toEqual([0, 1]);
  });
});
