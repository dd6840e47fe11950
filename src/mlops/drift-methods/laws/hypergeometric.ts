import { computeLogGamma } from '../../../platform/numbers/index.ts';

function logChoose(n: number, k: number): number {
  return computeLogGamma(n + 1) - computeLogGamma(k + 1) - computeLogGamma(n - k + 1);
}

/** Probabilities that this close are equal: SciPy's tolerance. */
const SAME = 1 + 1e-14;

/**
 * Two-sided p-value of Fisher's exact test of the 2 x 2 table [[a, b], [c, d]]: the probability of every table with these
 * margins that is no more likely than this one. Example: `fisherTwoSided(8, 2, 1, 5)` = 0.0349….
 */
export function fisherTwoSided(a: number, b: number, c: number, d: number): number {
  const [row, column, all] = [a + b, a + c, a + b + c + d];
  const whole = logChoose(all, column);
  const probability = (x: number) => Math.exp(logChoose(row, x) + logChoose(all - row, column - x) - whole);
  const limit = probability(a) * SAME;
  let sum = 0;
  for (let x = Math.max(0, row + column - all); x <= Math.min(row, column); x += 1) {
    const p = probability(x);
    if (p <= limit) sum += p;
  }
  return Math.min(1, sum);
}
