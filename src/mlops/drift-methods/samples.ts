/** The known values of one numeric column on both sides, each sorted ascending, without nulls, NaN and infinities. */
export interface NumericPair {
  readonly reference: Float64Array;
  readonly current: Float64Array;
  /** Both sides have an integer type: NumPy then makes no bin narrower than 1. */
  readonly integral: boolean;
}

/** Counts of each value (level) on both sides, at the same indexes, in ascending order of the values. */
export interface CountPair {
  readonly reference: Float64Array;
  readonly current: Float64Array;
}

/** Sum of counts or weights. */
export function sumCounts(values: ArrayLike<number>): number {
  let sum = 0;
  for (let at = 0; at < values.length; at += 1) sum += values[at] ?? 0;
  return sum;
}

/** Number of distinct values of a sorted sample. */
export function countDistinct(sorted: Float64Array): number {
  let count = 0;
  let before = Number.NaN;
  for (const value of sorted) {
    if (value !== before) count += 1;
    before = value;
  }
  return count;
}

/** Number of distinct values of both sides, counted no further than `most` + 1. */
export function countLevelsUpTo({ reference, current }: NumericPair, most: number): number {
  let [i, j, levels] = [0, 0, 0];
  while ((i < reference.length || j < current.length) && levels <= most) {
    const value = Math.min(reference[i] ?? Number.POSITIVE_INFINITY, current[j] ?? Number.POSITIVE_INFINITY);
    levels += 1;
    i = placeAfter(reference, i, value);
    j = placeAfter(current, j, value);
  }
  return levels;
}

/** First index from `from` on with a larger value. Gallops over long runs. */
function placeAfter(sorted: Float64Array, from: number, value: number): number {
  let [low, step] = [from, 1];
  while (low + step <= sorted.length && (sorted[low + step - 1] ?? 0) <= value) {
    low += step;
    step *= 2;
  }
  let high = Math.min(low + step, sorted.length);
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] ?? 0) <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The distinct values of both sides, ascending. */
export function listDistinctValues({ reference, current }: NumericPair): Float64Array {
  const values = new Float64Array(reference.length + current.length);
  let count = 0;
  let [i, j] = [0, 0];
  while (i < reference.length || j < current.length) {
    const value = Math.min(reference[i] ?? Number.POSITIVE_INFINITY, current[j] ?? Number.POSITIVE_INFINITY);
    values[count] = value;
    count += 1;
    while (i < reference.length && reference[i] === value) i += 1;
    while (j < current.length && current[j] === value) j += 1;
  }
  return values.subarray(0, count);
}

/** A numeric column with few values as counts of them. */
export function countValues(pair: NumericPair): CountPair {
  const values = listDistinctValues(pair);
  return { reference: countEach(pair.reference, values), current: countEach(pair.current, values) };
}

function countEach(sorted: Float64Array, values: Float64Array): Float64Array {
  const counts = new Float64Array(values.length);
  let at = 0;
  values.forEach((value, place) => {
    const from = at;
    while (at < sorted.length && sorted[at] === value) at += 1;
    counts[place] = at - from;
  });
  return counts;
}

/** Shares of counts in their sum. */
export function computeShares(counts: Float64Array): Float64Array {
  const sum = sumCounts(counts);
  return counts.map((count) => count / sum);
}
