/** The change that explains the last residuals best. */
export interface Change {
  /** Standard deviations from no change, 0 and above. */
  readonly strength: number;
  /** Steps that it lasts, the newest included. */
  readonly steps: number;
  readonly direction: 1 | -1;
}

/** A change that takes longer than this to show is a trend. */
export const LONGEST_CHANGE_STEPS = 14;

/**
 * Generalised likelihood ratio for a change of the mean of standard normal residuals, at an unknown step of the last 14 and
 * by an unknown amount: the largest over k of |z(t) + … + z(t-k+1)| / sqrt(v(k)). v(k) is k, or k + 2 sum (k-j) r^j if
 * residuals have a correlation of r with the previous one. `null` without residuals. Example: 1, 1, 1, 1 gives 2 over 4
 * steps.
 */
export function findLatestChange(residuals: readonly number[], dependence = 0): Change | null {
  let best: Change | null = null;
  let sum = 0;
  let variance = 0;
  let shared = 0;
  for (const [place, residual] of residuals.slice(-LONGEST_CHANGE_STEPS).reverse().entries()) {
    sum += residual;
    variance += 1 + 2 * shared;
    shared = dependence * (1 + shared);
    const strength = Math.abs(sum) / Math.sqrt(variance);
    if (best === null || strength > best.strength) best = { strength, steps: place + 1, direction: sum < 0 ? -1 : 1 };
  }
  return best;
}
