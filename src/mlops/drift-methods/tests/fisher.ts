import { fisherTwoSided } from '../laws/hypergeometric.ts';
import { type TestResult, toTestResult } from '../measured.ts';
import { type CountPair, sumCounts } from '../samples.ts';

/** Evidently's `fisher_exact`: two values, as many rows on both sides. The statistic is the odds ratio. */
export function fisherExact({ reference, current }: CountPair): TestResult {
  if (reference.length > 2) return { reason: 'Fisher’s test requires columns of two values' };
  if (sumCounts(reference) !== sumCounts(current))
    return { reason: 'Evidently’s fisher_exact requires the same number of rows on both sides' };
  const [a, b, c, d] = [reference[0] ?? 0, reference[1] ?? 0, current[0] ?? 0, current[1] ?? 0];
  return toTestResult((a * d) / (b * c), fisherTwoSided(a, b, c, d));
}
