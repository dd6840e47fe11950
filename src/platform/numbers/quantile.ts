/**
 * Quantile `q` (0 to 1) of ascending values, interpolated linearly around the index q (n - 1): type 7 of
 * Hyndman and Fan (1996), the default of NumPy and R. Null without values.
 * Example: 0.25 of 1, 2, 3, 4 -> 1.75.
 */
export function computeQuantile(ascending: ArrayLike<number>, q: number): number | null {
  const last = ascending.length - 1;
  if (last < 0) return null;
  const place = Math.min(Math.max(q, 0), 1) * last;
  const low = ascending[Math.floor(place)] as number;
  const high = ascending[Math.ceil(place)] as number;
  // Two that are infinite have no difference.
  return low === high ? low : low + (place - Math.floor(place)) * (high - low);
}

/**
 * The value at or below that place, never one between two: NumPy's method `lower`. Null of none.
 * Example: 0.25 of 1, 2, 3, 4 -> 1.
 */
export function computeLowerQuantile(ascending: ArrayLike<number>, q: number): number | null {
  return ascending[Math.floor(q * (ascending.length - 1))] ?? null;
}

/** Mean; null of none. */
export function averageValues(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
}

export function sortAscending(values: readonly number[]): number[] {
  return values.toSorted((a, b) => a - b);
}
