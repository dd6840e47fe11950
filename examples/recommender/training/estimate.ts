/** A mean over independent users with its 95% confidence interval. */
export interface Estimate {
  readonly mean: number;
  /** Ends of the 95% interval. */
  readonly low: number;
  readonly high: number;
  /** Number of users behind it. */
  readonly sampleSize: number;
}

/** Two-sided 95% point of the standard normal distribution. */
const NORMAL_95 = 1.959963984540054;

/**
 * Mean and normal-approximation interval: mean ± 1.96 s / sqrt(n), s the sample standard deviation (n - 1). With
 * thousands of users the central limit theorem makes this agree with a bootstrap (a test checks it). `null` below two
 * values, because there is no interval.
 */
export function estimateMean(values: Float64Array): Estimate | null {
  const sampleSize = values.length;
  if (sampleSize < 2) return null;
  const mean = values.reduce((sum, value) => sum + value, 0) / sampleSize;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (sampleSize - 1);
  const halfWidth = NORMAL_95 * Math.sqrt(variance / sampleSize);
  return { mean, low: mean - halfWidth, high: mean + halfWidth, sampleSize };
}

/**
 * Mean of `candidate - reference` user by user. Pairing takes out how hard each user is, so the interval is narrower
 * than the two separate ones suggest. Both arrays must list the same users in the same order.
 */
export function estimateDifference(candidate: Float64Array, reference: Float64Array): Estimate | null {
  if (candidate.length !== reference.length) throw new RangeError('the two samples hold different users');
  return estimateMean(candidate.map((value, i) => value - (reference[i] ?? 0)));
}
