import { cramerVonMisesExact, cramerVonMisesLimit } from '../laws/cramer-von-mises.ts';
import { type TestResult, toTestResult } from '../measured.ts';
import type { NumericPair } from '../samples.ts';
import { rankSides } from './ranks.ts';

const MOST_EXACT = 20;
/** The limit law is below 1e-17 here. */
const SURELY_SMALL = 0.003;

/** Two-sample test of Cramér and von Mises, Anderson's T; exact up to 20 values a side. p-values under 1e-6 are rounding. */
export function cramerVonMises(pair: NumericPair): TestResult {
  const [n, m] = [pair.reference.length, pair.current.length];
  if (Math.min(n, m) < 2) return { reason: 'the test requires two values on each side' };
  const { referenceSquares, currentSquares } = rankSides(pair);
  const u = n * referenceSquares + m * currentSquares;
  const [product, all] = [n * m, n + m];
  const statistic = u / (product * all) - (4 * product - 1) / (6 * all);
  if (Math.max(n, m) <= MOST_EXACT) return toTestResult(statistic, cramerVonMisesExact(u, n, m));
  const expected = (1 + 1 / all) / 6;
  const variance =
    ((all + 1) * (4 * product * all - 3 * (n ** 2 + m ** 2) - 2 * product)) / (45 * all ** 2 * 4 * product);
  const normed = 1 / 6 + (statistic - expected) / Math.sqrt(45 * variance);
  return toTestResult(statistic, normed < SURELY_SMALL ? 1 : Math.max(0, 1 - cramerVonMisesLimit(normed)));
}
