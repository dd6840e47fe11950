/** The value below which a share `q` (0 to 1) of sorted values lies, linear between two; null of none. */
export function quantileOf(ascending: readonly number[], q: number): number | null {
  const last = ascending.length - 1;
  if (last < 0) return null;
  const place = Math.min(Math.max(q, 0), 1) * last;
  const low = ascending[Math.floor(place)] as number;
  const high = ascending[Math.ceil(place)] as number;
  return low === high ? low : low + (high - low) * (place - Math.floor(place));
}

/** Mean; null of none. */
export function meanOf(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
}

export function ascendingOf(values: readonly number[]): number[] {
  return values.toSorted((a, b) => a - b);
}
