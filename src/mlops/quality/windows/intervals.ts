/** Two-sided 95 % quantile of the normal law. */
const Z = 1.959963984540054;

export interface Interval {
  readonly lower: number;
  readonly upper: number;
}

/**
 * 95 % interval of a share (0..1) of `n` by Wilson (1927), which keeps its promise also near 0 and 1 and for small `n`.
 * null for `n` = 0. Example: 8 of 10 -> 0.490 to 0.943.
 */
export function wilsonInterval(share: number, n: number): Interval | null {
  if (n === 0) return null;
  const centre = (share + Z ** 2 / (2 * n)) / (1 + Z ** 2 / n);
  const half = (Z / (1 + Z ** 2 / n)) * Math.sqrt((share * (1 - share)) / n + Z ** 2 / (4 * n ** 2));
  // At both ends the formula gives the bound exactly; rounding would leave it slightly off.
  return { lower: share === 0 ? 0 : Math.max(0, centre - half), upper: share === 1 ? 1 : Math.min(1, centre + half) };
}

/** 95 % interval of a mean by the normal law: mean -+ 1.96 sd / sqrt(n). null below two values. `sd` with n - 1. */
export function meanInterval(mean: number, sd: number | null, n: number): Interval | null {
  if (n < 2 || sd === null) return null;
  const half = (Z * sd) / Math.sqrt(n);
  return { lower: mean - half, upper: mean + half };
}
