import { NumpyRandom } from '../laws/numpy-random.ts';
import { type TestResult, toTestResult } from '../measured.ts';
import type { NumericPair } from '../samples.ts';

const PERMUTATIONS = 100;
/** The kernel is a matrix of all pairs of rows. */
const MOST_ROWS = 4000;

/**
 * Evidently's `empirical_mmd`: maximum mean discrepancy with a Gaussian kernel as wide as the reference's median distance,
 * unbiased, p-value of 100 permutations. Evidently draws them without a seed, so its p-value differs from run to run; here
 * they are drawn from seed 0.
 */
export function maximumMeanDiscrepancy({ reference, current }: NumericPair): TestResult {
  const [n, m] = [reference.length, current.length];
  if (Math.min(n, m) < 2) return { reason: 'the test requires two values on each side' };
  if (n + m > MOST_ROWS) return { reason: `empirical_mmd compares all pairs of at most ${MOST_ROWS} rows` };
  const values = new Float64Array(n + m);
  values.set(reference);
  values.set(current, n);
  const kernel = buildGaussianKernel(values, computeKernelWidth(reference));
  const sides = new Uint8Array(n + m).fill(1, n);
  const observed = discrepancy(kernel, sides, n, m);
  const random = new NumpyRandom(0);
  let reached = 0;
  for (let round = 0; round < PERMUTATIONS; round += 1) {
    const order = random.permutation(n + m);
    const shuffled = sides.map((_, at) => sides[order[at] ?? 0] ?? 0);
    if (observed <= discrepancy(kernel, shuffled, n, m)) reached += 1;
  }
  return toTestResult(observed, reached / PERMUTATIONS);
}

/** Root of half the median squared distance of all pairs of the reference, each row with itself too. */
function computeKernelWidth(reference: Float64Array): number {
  const n = reference.length;
  const squares = new Float64Array(n * n);
  for (let i = 0; i < n; i += 1) {
    for (let j = 0; j < n; j += 1) squares[i * n + j] = ((reference[i] ?? 0) - (reference[j] ?? 0)) ** 2;
  }
  squares.sort();
  // NumPy's method "nearest" rounds half of a place to even.
  const place = (n * n - 1) / 2;
  const below = Math.floor(place);
  const nearest = place === below || below % 2 === 0 ? below : below + 1;
  const median = squares[nearest] ?? 0;
  return median === 0 ? Math.SQRT1_2 : Math.sqrt(median / 2);
}

function buildGaussianKernel(values: Float64Array, width: number): Float64Array {
  const size = values.length;
  const kernel = new Float64Array(size * size);
  for (let i = 0; i < size; i += 1) {
    for (let j = 0; j < i; j += 1) {
      const value = Math.exp(-(((values[i] ?? 0) - (values[j] ?? 0)) ** 2) / (2 * width ** 2));
      kernel[i * size + j] = value;
      kernel[j * size + i] = value;
    }
  }
  return kernel;
}

function discrepancy(kernel: Float64Array, sides: Uint8Array, n: number, m: number): number {
  const size = sides.length;
  const sums = [0, 0, 0];
  for (let i = 0; i < size; i += 1) {
    const side = sides[i] ?? 0;
    let [same, other] = [0, 0];
    for (let j = 0; j < i; j += 1) {
      if (sides[j] === side) same += kernel[i * size + j] ?? 0;
      else other += kernel[i * size + j] ?? 0;
    }
    sums[side] = (sums[side] ?? 0) + same;
    sums[2] = (sums[2] ?? 0) + other;
  }
  const [withinN = 0, withinM = 0, across = 0] = sums;
  return (2 * withinN) / (n * (n - 1)) + (2 * withinM) / (m * (m - 1)) - (2 * across) / (n * m);
}
