import { expect, it } from 'vitest';
import { seeded } from '../../testing/random.ts';
import { computeMissStandardError } from './batch-means.ts';

it('is zero where all batches are alike, and by hand where one has all misses', () => {
  expect(computeMissStandardError(new Float64Array(400), 2)).toBe(0);
  const one = Float64Array.from({ length: 400 }, (_, index) => (index < 10 ? 9 : 0));
  expect(computeMissStandardError(one, 2)).toBeCloseTo(0.025, 9);
});

it('is unknown for few requests', () => {
  expect(computeMissStandardError(new Float64Array(39), 2)).toBeNull();
});

it('is that of independent misses where they are, and larger where they come together', () => {
  const next = seeded(5);
  const alone = Float64Array.from({ length: 40_000 }, () => (next() < 0.05 ? 9 : 0));
  const independent = Math.sqrt((0.05 * 0.95) / 40_000);
  const error = computeMissStandardError(alone, 2) ?? 0;
  expect(error / independent).toBeGreaterThan(0.5);
  expect(error / independent).toBeLessThan(1.6);
  const together = alone.map((_, index) => (index % 8000 < 400 ? 9 : 0));
  expect(computeMissStandardError(together, 2)).toBeGreaterThan(5 * independent);
});
