import { computeNormalTail } from '../../../platform/numbers/index.ts';
import { type TestResult, toTestResult } from '../measured.ts';
import type { NumericPair } from '../samples.ts';
import { rankSides } from './ranks.ts';

/** SciPy counts exactly where a side has no more values than this and there are no ties. */
const MOST_EXACT = 8;

/**
 * Mann and Whitney's U as Evidently calls it, `mannwhitneyu(reference, current, alternative="less")`: one-sided. It only
 * finds a current sample that lies **above** the reference; one that lies below has a p-value near 1.
 */
export function mannWhitneyLess(pair: NumericPair): TestResult {
  const [n, m] = [pair.reference.length, pair.current.length];
  const { referenceSum, ties } = rankSides(pair);
  const statistic = referenceSum - (n * (n + 1)) / 2;
  const other = n * m - statistic;
  if (ties === 0 && Math.min(n, m) <= MOST_EXACT) return toTestResult(statistic, exactTail(other, n, m));
  const all = n + m;
  const deviation = Math.sqrt(((n * m) / 12) * (all + 1 - ties / (all * (all - 1))));
  return toTestResult(statistic, computeNormalTail((other - (n * m) / 2 - 0.5) / deviation));
}

/** P(U >= u) without ties: counts of the product of (1 - x^(n+i)) / (1 - x^i), whose coefficients are the orders with that U. */
function exactTail(u: number, n: number, m: number): number {
  const [few, many] = [Math.min(n, m), Math.max(n, m)];
  const counts = new Float64Array(few * many + 1);
  counts[0] = 1;
  for (let i = 1; i <= few; i += 1) {
    for (let at = counts.length - 1; at >= many + i; at -= 1) {
      counts[at] = (counts[at] ?? 0) - (counts[at - many - i] ?? 0);
    }
    for (let at = i; at < counts.length; at += 1) counts[at] = (counts[at] ?? 0) + (counts[at - i] ?? 0);
  }
  const all = counts.reduce((sum, count) => sum + count, 0);
  return counts.subarray(Math.ceil(u)).reduce((sum, count) => sum + count, 0) / all;
}
