import { createRandom, type Random } from '../../../platform/numbers/index.ts';
import type { NumericPair } from '../samples.ts';

/** Rows of numbers of one length, one row after the other. */
export interface Points {
  readonly values: Float64Array;
  readonly dimension: number;
}

export interface PointPair {
  readonly reference: Points;
  readonly current: Points;
}

/** Rows of a side that tests of all pairs look at. */
export const MOST_POINTS = 400;

export function countRows({ values, dimension }: Points): number {
  return dimension === 0 ? 0 : values.length / dimension;
}

/** A column of numbers as rows of one, at most so many a side, drawn from fixed seeds. */
export function pointPair({ reference, current }: Pick<NumericPair, 'reference' | 'current'>): PointPair {
  return { reference: drawPoints(reference, 3), current: drawPoints(current, 4) };
}

function drawPoints(values: Float64Array, seed: number): Points {
  if (values.length <= MOST_POINTS) return { values, dimension: 1 };
  const drawn = shuffleIndexes(values.length, createRandom(seed)).subarray(0, MOST_POINTS);
  return { values: Float64Array.from(drawn, (at) => values[at] ?? 0), dimension: 1 };
}

/** The places 0 .. n - 1 in a random order. */
export function shuffleIndexes(n: number, random: Random): Uint32Array {
  const order = Uint32Array.from({ length: n }, (_, at) => at);
  for (let at = n - 1; at > 0; at -= 1) {
    const other = Math.floor(random() * (at + 1));
    [order[at], order[other]] = [order[other] ?? 0, order[at] ?? 0];
  }
  return order;
}

/**
 * Gaussian kernel of all rows of both sides, the reference first: exp(-d^2 / median(d^2)), the median over all pairs of different rows
 * (so Evidently's gamma, over both sides). null where all rows are equal.
 */
export function buildKernel({ reference, current }: PointPair): Float64Array | null {
  const { dimension } = reference;
  const [n, m] = [countRows(reference), countRows(current)];
  const size = n + m;
  const values = new Float64Array(size * dimension);
  values.set(reference.values);
  values.set(current.values, n * dimension);
  const kernel = new Float64Array(size * size);
  const pairs = new Float64Array((size * (size - 1)) / 2);
  let count = 0;
  for (let i = 0; i < size; i += 1) {
    for (let j = 0; j < i; j += 1) {
      let square = 0;
      for (let k = 0; k < dimension; k += 1) {
        square += ((values[i * dimension + k] ?? 0) - (values[j * dimension + k] ?? 0)) ** 2;
      }
      kernel[i * size + j] = square;
      kernel[j * size + i] = square;
      pairs[count] = square;
      count += 1;
    }
  }
  pairs.sort();
  const median = pairs[pairs.length >>> 1] ?? 0;
  const width = median > 0 ? median : (pairs.at(-1) ?? 0);
  if (!(width > 0)) return null;
  return kernel.map((square) => Math.exp(-square / width));
}
