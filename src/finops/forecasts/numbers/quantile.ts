/** The q-quantile of ascending numbers, linear between neighbours (Hyndman and Fan, type 7). NaN of none. */
export function quantile(ascending: ArrayLike<number>, q: number): number {
  const place = q * (ascending.length - 1);
  const below = Math.floor(place);
  const low = ascending[below] as number;
  const high = ascending[Math.min(below + 1, ascending.length - 1)] as number;
  return ascending.length === 0 ? Number.NaN : low + (place - below) * (high - low);
}
