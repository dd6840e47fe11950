import { computeStudentTwoSided } from '../../../platform/numbers/index.ts';
import { type TestResult, toTestResult } from '../measured.ts';
import { computeMoments } from '../moments.ts';
import type { NumericPair } from '../samples.ts';

/** Student's two-sided test of equal means, equal variances taken for granted (`scipy.stats.ttest_ind`). */
export function tTest({ reference, current }: NumericPair): TestResult {
  const [a, b] = [computeMoments(reference), computeMoments(current)];
  const degrees = a.count + b.count - 2;
  if (degrees < 1) return { reason: 'the test requires three values' };
  const pooled = (a.variance * a.count + b.variance * b.count) / degrees;
  const difference = a.mean - b.mean;
  const error = Math.sqrt(pooled * (1 / a.count + 1 / b.count));
  if (error === 0 && difference === 0) return { reason: 'all values are equal' };
  const t = difference / error;
  return toTestResult(t, computeStudentTwoSided(t, degrees));
}
