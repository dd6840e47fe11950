import { computeMoments, type Moments } from './moments.ts';
import { computeShares, countDistinct, countValues, listDistinctValues, type NumericPair } from './samples.ts';

/** Evidently bins a numeric column with more distinct reference values than this, and counts the values of others. */
const MOST_COUNTED = 20;

/** Edges of equal bins as in NumPy: `numpy.histogram_bin_edges(values, bins="sturges")` of a non-empty sample. */
export function computeSturgesEdges(least: number, most: number, count: number, integral: boolean): Float64Array {
  return computeEqualEdges(least, most, (most - least) / (Math.log2(count) + 1), integral);
}

/** The same of `bins="doane"`, which widens the number of bins by the sample's skewness. `sorted` is not empty. */
export function computeDoaneEdges(sorted: Float64Array, integral: boolean): Float64Array {
  const [least, most] = [sorted[0] ?? 0, sorted.at(-1) ?? 0];
  const moments = computeMoments(sorted);
  const count = sorted.length;
  if (count <= 2 || moments.variance === 0) return computeEqualEdges(least, most, 0, integral);
  const spread = Math.sqrt((6 * (count - 2)) / ((count + 1) * (count + 3)));
  const bins = 1 + Math.log2(count) + Math.log2(1 + Math.abs(skewness(sorted, moments)) / spread);
  return computeEqualEdges(least, most, (most - least) / bins, integral);
}

function skewness(values: Float64Array, { mean, variance, count }: Moments): number {
  const deviation = Math.sqrt(variance);
  let sum = 0;
  for (const value of values) sum += ((value - mean) / deviation) ** 3;
  return sum / count;
}

/** `count` bins of equal width from the least to the most value, as `numpy.linspace` rounds them. */
export function computeEvenEdges(least: number, most: number, count: number): Float64Array {
  const step = (most - least) / count;
  const edges = Float64Array.from({ length: count + 1 }, (_, at) => at * step + least);
  edges[count] = most;
  return edges;
}

function computeEqualEdges(least: number, most: number, width: number, integral: boolean): Float64Array {
  if (least === most) return computeEvenEdges(least - 0.5, most + 0.5, 1);
  if (width === 0) return computeEvenEdges(least, most, 1);
  return computeEvenEdges(least, most, Math.ceil((most - least) / (integral && width < 1 ? 1 : width)));
}

/** Values of a sorted sample in each bin; a value on an edge belongs to the bin above, on the last edge to the last bin. */
export function countBins(sorted: Float64Array, edges: Float64Array): Float64Array {
  const last = edges.length - 1;
  const places = edges.map((edge, at) => countBelow(sorted, edge, at === last));
  return places.subarray(1).map((place, at) => place - (places[at] ?? 0));
}

/** Number of values below `edge`, or up to and with it. */
export function countBelow(sorted: Float64Array, edge: number, inclusive: boolean): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    const value = sorted[middle] ?? 0;
    if (value < edge || (inclusive && value === edge)) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Shares by joint Sturges bins, or by value where the reference has at most 20: Evidently's `get_binned_data`. */
export function computeEvidentlyShares(pair: NumericPair): { reference: Float64Array; current: Float64Array } {
  if (countDistinct(pair.reference) <= MOST_COUNTED) {
    const counts = countValues(pair);
    return { reference: computeShares(counts.reference), current: computeShares(counts.current) };
  }
  const { least, most } = computeRange(pair);
  const edges = computeSturgesEdges(least, most, pair.reference.length + pair.current.length, pair.integral);
  return {
    reference: computeShares(countBins(pair.reference, edges)),
    current: computeShares(countBins(pair.current, edges)),
  };
}

/** Joint Sturges bins over the distinct values, which Evidently's Hellinger distance uses. */
export function computeDistinctEdges(pair: NumericPair): Float64Array {
  const { least, most } = computeRange(pair);
  return computeSturgesEdges(least, most, listDistinctValues(pair).length, pair.integral);
}

function computeRange({ reference, current }: NumericPair): { least: number; most: number } {
  return {
    least: Math.min(reference[0] ?? 0, current[0] ?? 0),
    most: Math.max(reference.at(-1) ?? 0, current.at(-1) ?? 0),
  };
}
