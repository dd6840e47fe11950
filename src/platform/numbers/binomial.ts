import { computeBetaFront, computeIncompleteBeta } from './beta.ts';

/**
 * P(X = k) of a binomial variable, 0 <= k <= n and 0 < share < 1, relative accuracy 1e-13 also for large n.
 * Example: `computeBinomialProbability(1, 2, 0.5)` = 0.5.
 */
export function computeBinomialProbability(k: number, n: number, share: number): number {
  if (k < 0 || k > n) return 0;
  return computeBetaFront(share, 1 - share, k + 1, n - k + 1) / ((n + 1) * share * (1 - share));
}

/** P(X <= k) of a binomial variable, 0 < share < 1. Example: `computeBinomialCdf(0, 2, 0.5)` = 0.25. */
export function computeBinomialCdf(k: number, n: number, share: number): number {
  if (k < 0) return 0;
  return k >= n ? 1 : computeIncompleteBeta(1 - share, n - k, k + 1);
}
