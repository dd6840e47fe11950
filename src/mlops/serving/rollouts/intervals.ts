/** Both ends of an interval; null where so few values bound nothing. */
export interface Bounds {
  readonly low: number | null;
  readonly high: number | null;
}

/** Interval of a share of `n` by Wilson (1927) at `z`; both ends null for `n` = 0. Example: 8 of 10 at 1.96 -> 0.490 to 0.943. */
export function computeWilsonBounds(count: number, n: number, z: number): Bounds {
  if (n === 0) return { low: null, high: null };
  const share = count / n;
  const centre = (share + z ** 2 / (2 * n)) / (1 + z ** 2 / n);
  const half = (z / (1 + z ** 2 / n)) * Math.sqrt((share * (1 - share)) / n + z ** 2 / (4 * n ** 2));
  // At both ends the formula gives the bound exactly; rounding would leave it slightly off.
  return { low: count === 0 ? 0 : Math.max(0, centre - half), high: count === n ? 1 : Math.min(1, centre + half) };
}

/** A count of something among all. */
export interface CountedShare {
  readonly count: number;
  readonly of: number;
}

/**
 * Lower end of the interval of the difference of two shares, by Newcombe (1998) from two of Wilson; null where one has nothing.
 * Example: 56 of 70 less 48 of 80 at 1.96 -> 0.0524.
 */
export function computeDifferenceLow(one: CountedShare, other: CountedShare, z: number): number | null {
  const [low, high] = [
    computeWilsonBounds(one.count, one.of, z).low,
    computeWilsonBounds(other.count, other.of, z).high,
  ];
  if (low === null || high === null) return null;
  const [share, otherShare] = [one.count / one.of, other.count / other.of];
  return share - otherShare - Math.hypot(share - low, high - otherShare);
}

/**
 * The `ratio` quantile of sorted values, and its interval at `z` from the order statistics between which it lies (normal law of the rank);
 * an end is null where there are too few values for it. Example: of 1 to 100 the 0.95 quantile is 95, at 1.96 from 90 to 100.
 */
export function computeQuantileBounds(
  sorted: ArrayLike<number>,
  ratio: number,
  z: number,
): Bounds & { readonly at: number | null } {
  const n = sorted.length;
  const half = z * Math.sqrt(n * ratio * (1 - ratio));
  const ranked = (rank: number): number | null => (rank < 1 || rank > n ? null : (sorted[rank - 1] ?? null));
  return {
    at: ranked(Math.ceil(n * ratio)),
    low: ranked(Math.floor(n * ratio - half)),
    high: ranked(Math.ceil(n * ratio + half)),
  };
}
