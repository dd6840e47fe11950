/**
 * Result of a method, or the reason why it has none. A distance has no p-value. The statistic is null where it is infinite:
 * JSON has no infinity, and the p-value of 0 shows it.
 */
export type TestResult =
  | { readonly statistic: number | null; readonly pValue: number | null }
  | { readonly reason: string };

export function toDistanceResult(statistic: number): TestResult {
  return Number.isFinite(statistic) ? { statistic, pValue: null } : { reason: 'the distance is not a finite number' };
}

export function toTestResult(statistic: number, pValue: number): TestResult {
  if (Number.isNaN(pValue)) return { reason: 'the test is not defined for these values' };
  return { statistic: Number.isFinite(statistic) ? statistic : null, pValue: Math.min(1, Math.max(0, pValue)) };
}
