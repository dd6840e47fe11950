/** Numbers in ascending order, with the distance to the nearest one and quantiles. */
export interface SortedValues {
  readonly size: number;
  add(value: number): void;
  /** Takes out one number that equals `value`. */
  remove(value: number): void;
  /** Distance to the nearest number; `Infinity` if empty. */
  nearest(value: number): number;
  /** The number at or below which more than `share` (0 to 1) of them lie, without interpolation; null if empty. */
  quantile(share: number): number | null;
}

export function createSortedValues(): SortedValues {
  const values: number[] = [];
  const placeOf = (value: number): number => {
    let low = 0;
    let high = values.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((values[middle] ?? 0) < value) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  return {
    get size() {
      return values.length;
    },
    add: (value) => void values.splice(placeOf(value), 0, value),
    remove: (value) => {
      const place = placeOf(value);
      if (values[place] === value) values.splice(place, 1);
    },
    nearest: (value) => {
      const place = placeOf(value);
      const above = values[place];
      const below = values[place - 1];
      return Math.min(
        above === undefined ? Number.POSITIVE_INFINITY : above - value,
        below === undefined ? Number.POSITIVE_INFINITY : value - below,
      );
    },
    quantile: (share) => values[Math.min(values.length - 1, Math.floor(share * values.length))] ?? null,
  };
}
