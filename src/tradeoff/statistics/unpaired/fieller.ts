import { computeStudentQuantile } from '../../../platform/numbers/index.ts';

/** A mean with its squared standard error. */
export interface MeasuredMean {
  readonly mean: number;
  readonly squaredError: number;
}

/**
 * The confidence set of a ratio. `interval`: lower to upper. `complement`: the denominator cannot be told from zero, and the set is all
 * ratios at most `below` or at least `above`. `all`: every ratio is possible.
 */
export type RatioSet =
  | { readonly kind: 'interval'; readonly lower: number; readonly upper: number }
  | { readonly kind: 'complement'; readonly below: number; readonly above: number }
  | { readonly kind: 'all' };

/**
 * Fieller's confidence set of the ratio of two means, level 1 - 2 tail: all r with (m1 - r m2)^2 <= t^2 (v1 - 2 r v12 + r^2 v2).
 * `covariance` is that of the two means (paired data), `degrees` those of Student's t; Infinity gives the normal quantile.
 * Source: Fieller, JRSS B 16 (1954), 175-185.
 *
 * @example computeFiellerSet({ mean: 10, squaredError: 1 }, { mean: 1, squaredError: 1 }, 0.025) // kind 'complement'
 */
export function computeFiellerSet(
  numerator: MeasuredMean,
  denominator: MeasuredMean,
  tail: number,
  { covariance = 0, degrees = Number.POSITIVE_INFINITY } = {},
): RatioSet {
  const square = computeStudentQuantile(tail, degrees) ** 2;
  // The set is where a r^2 - 2 b r + c <= 0.
  const a = denominator.mean ** 2 - square * denominator.squaredError;
  const b = numerator.mean * denominator.mean - square * covariance;
  const c = numerator.mean ** 2 - square * numerator.squaredError;
  const discriminant = b * b - a * c;
  if (a > 0) {
    const root = Math.sqrt(Math.max(0, discriminant));
    return { kind: 'interval', lower: (b - root) / a, upper: (b + root) / a };
  }
  if (!(discriminant > 0) || a === 0) return { kind: 'all' };
  const root = Math.sqrt(discriminant);
  return { kind: 'complement', below: (b + root) / a, above: (b - root) / a };
}
