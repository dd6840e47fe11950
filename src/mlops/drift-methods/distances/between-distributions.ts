import { computeMoments } from '../moments.ts';
import type { NumericPair } from '../samples.ts';

/** Evidently divides by no less than this. */
const LEAST_DEVIATION = 0.001;

/** Earth mover's distance W1 in the unit of the values: the area between the distribution functions. */
export function wasserstein(pair: NumericPair): number {
  return integral(pair, Math.abs);
}

/** W1 in standard deviations of the reference: Evidently's `wasserstein`. */
export function normedWasserstein(pair: NumericPair): number {
  return wasserstein(pair) / Math.max(Math.sqrt(computeMoments(pair.reference).variance), LEAST_DEVIATION);
}

/** Energy distance, in square roots of the unit: root of twice the integral of the squared difference (`scipy.stats.energy_distance`). */
export function energyDistance(pair: NumericPair): number {
  return Math.sqrt(2 * integral(pair, (difference) => difference * difference));
}

/** Integral of a function of the difference of the two distribution functions over the values. */
function integral({ reference, current }: NumericPair, of: (difference: number) => number): number {
  const [n, m] = [reference.length, current.length];
  let [i, j] = [0, 0];
  let sum = 0;
  let before = 0;
  while (i < n || j < m) {
    const x = i < n ? (reference[i] ?? 0) : Number.POSITIVE_INFINITY;
    const y = j < m ? (current[j] ?? 0) : Number.POSITIVE_INFINITY;
    const value = Math.min(x, y);
    if (i + j > 0) sum += of(i / n - j / m) * (value - before);
    while (i < n && reference[i] === value) i += 1;
    while (j < m && current[j] === value) j += 1;
    before = value;
  }
  return sum;
}
