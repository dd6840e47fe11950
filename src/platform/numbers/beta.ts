import { computeStirlingError } from './gamma.ts';
import { findRoot } from './root.ts';

const SMALLEST = 1e-300;
const ENOUGH = 1e-16;
const MOST_TERMS = 1_000_000;
const HALF_LOG_TWO_PI = 0.9189385332046728;

/**
 * Regularised incomplete beta function I_x(a, b), 0 to 1: P(X <= x) of a beta variable with a, b > 0.
 * Lentz's continued fraction (Numerical Recipes 6.4), with a front factor that stays exact for large a and b.
 * Example: `computeIncompleteBeta(0.5, 2, 2)` = 0.5.
 */
export function computeIncompleteBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0;
  return x >= 1 ? 1 : computeIncompleteBetaOfParts(x, 1 - x, a, b);
}

/** I_x(a, b) where both x and 1 - x are known exactly: one of them may be too small to be the rest of the other. */
export function computeIncompleteBetaOfParts(x: number, rest: number, a: number, b: number): number {
  if (x < (a + 1) / (a + b + 2)) return (computeBetaFront(x, rest, a, b) * computeFraction(a, b, x)) / a;
  return 1 - (computeBetaFront(rest, x, b, a) * computeFraction(b, a, rest)) / b;
}

/** ln I_x(a, b), where I_x itself would be too small for a number. Example: x 0.5, a 5,000, b 0.5 -> -3,470.2. */
export function computeLogIncompleteBeta(x: number, a: number, b: number): number {
  const rest = 1 - x;
  if (x > 0 && rest > 0 && x < (a + 1) / (a + b + 2)) {
    return computeLogBetaFront(x, rest, a, b) + Math.log(computeFraction(a, b, x) / a);
  }
  return Math.log(computeIncompleteBeta(x, a, b));
}

/** x^a (1 - x)^b / B(a, b). */
export function computeBetaFront(x: number, rest: number, a: number, b: number): number {
  return Math.exp(computeLogBetaFront(x, rest, a, b));
}

/** ln of x^a (1 - x)^b / B(a, b), by the deviation of x from the mean a / (a + b) (Loader 2000). */
function computeLogBetaFront(x: number, rest: number, a: number, b: number): number {
  if (x === 0 || rest === 0) return Number.NEGATIVE_INFINITY;
  const whole = a + b;
  // From the smaller part, which keeps its digits where the other one is near 1.
  const away = x < rest ? x - a / whole : b / whole - rest;
  const deviance = a * computeLogRatio(x, away, a / whole) + b * computeLogRatio(rest, -away, b / whole);
  const series = computeStirlingError(whole) - computeStirlingError(a) - computeStirlingError(b);
  return deviance + 0.5 * Math.log((a * b) / whole) - HALF_LOG_TWO_PI + series;
}

/** ln(value / centre), by their difference `away` where they are close. */
function computeLogRatio(value: number, away: number, centre: number): number {
  return Math.abs(away) < centre / 2 ? Math.log1p(away / centre) : Math.log(value / centre);
}

/** Lentz's continued fraction of the incomplete beta function; converges fast for x < (a + 1) / (a + b + 2). */
function computeFraction(a: number, b: number, x: number): number {
  let c = 1;
  let d = 1 / keepFromZero(1 - ((a + b) * x) / (a + 1));
  let value = d;
  for (let m = 1; m < MOST_TERMS; m += 1) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / keepFromZero(1 + even * d);
    c = keepFromZero(1 + even / c);
    value *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / keepFromZero(1 + odd * d);
    c = keepFromZero(1 + odd / c);
    const factor = d * c;
    value *= factor;
    if (Math.abs(factor - 1) <= ENOUGH) break;
  }
  return value;
}

function keepFromZero(value: number): number {
  return Math.abs(value) < SMALLEST ? SMALLEST : value;
}

/**
 * The x with I_x(a, b) = share, for 0 <= share <= 1 and a, b > 0. A Clopper-Pearson limit of k successes in n is the quantile of
 * (k, n - k + 1) or (k + 1, n - k). Example: `computeBetaQuantile(0.5, 3, 3)` = 0.5.
 */
export function computeBetaQuantile(share: number, a: number, b: number): number {
  if (share <= 0) return 0;
  if (share >= 1) return 1;
  return findRoot((x) => computeIncompleteBeta(x, a, b) - share, 0, 1);
}
