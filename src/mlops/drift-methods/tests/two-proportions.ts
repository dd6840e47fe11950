import { computeNormalTail } from '../../../platform/numbers/index.ts';
import { type TestResult, toTestResult } from '../measured.ts';
import { type CountPair, sumCounts } from '../samples.ts';

/** Evidently's `z`: are the shares of all values but the smallest equal? Two-sided, pooled variance. */
export function twoProportions({ reference, current }: CountPair): TestResult {
  if (reference.length === 1) return toTestResult(0, 1);
  const [n, m] = [sumCounts(reference), sumCounts(current)];
  const p = (n - (reference[0] ?? 0)) / n;
  const q = (m - (current[0] ?? 0)) / m;
  const pooled = (p * n + q * m) / (n + m);
  const z = (p - q) / Math.sqrt(pooled * (1 - pooled) * (1 / n + 1 / m));
  // Written as 1 - the distribution function, whose rounding Evidently's figures have too.
  return toTestResult(z, 2 * (1 - (1 - computeNormalTail(Math.abs(z)))));
}
