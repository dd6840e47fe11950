import { createRandom } from '../../../platform/numbers/index.ts';
import { type TestResult, toTestResult } from '../measured.ts';
import { buildKernel, countRows, type PointPair, shuffleIndexes } from './points.ts';

const PERMUTATIONS = 999;

/**
 * Squared maximum mean discrepancy (Gretton et al. 2012), unbiased, with a Gaussian kernel of the median distance; p-value
 * (1 + reached) / 1,000 of 999 permutations of the sides from a fixed seed, so that 5 % is 5 % at any sizes.
 */
export function maximumMeanDiscrepancyTest(pair: PointPair): TestResult {
  const [n, m] = [countRows(pair.reference), countRows(pair.current)];
  if (Math.min(n, m) < 2) return { reason: 'the test requires two rows on each side' };
  const kernel = buildKernel(pair);
  if (kernel === null) return { reason: 'all rows are equal' };
  const random = createRandom(1);
  const places = Uint32Array.from({ length: n + m }, (_, at) => at);
  const sums = Float64Array.from(places, (row) => {
    let sum = 0;
    for (let at = 0; at < n + m; at += 1) if (at !== row) sum += kernel[row * (n + m) + at] ?? 0;
    return sum;
  });
  const observed = discrepancy(kernel, sums, places, n);
  let reached = 0;
  for (let round = 0; round < PERMUTATIONS; round += 1) {
    if (discrepancy(kernel, sums, shuffleIndexes(n + m, random), n) >= observed) reached += 1;
  }
  return toTestResult(observed, (1 + reached) / (1 + PERMUTATIONS));
}

/** With the first `n` places of the order for the reference. `sums` are of the kernel by row, without the row itself. */
function discrepancy(kernel: Float64Array, sums: Float64Array, order: Uint32Array, n: number): number {
  const size = order.length;
  const m = size - n;
  let [within, ofReference, all] = [0, 0, 0];
  for (let a = 0; a < size; a += 1) all += sums[a] ?? 0;
  for (let a = 0; a < n; a += 1) {
    const row = (order[a] ?? 0) * size;
    ofReference += sums[order[a] ?? 0] ?? 0;
    for (let b = 0; b < a; b += 1) within += 2 * (kernel[row + (order[b] ?? 0)] ?? 0);
  }
  const across = ofReference - within;
  const other = all - ofReference - across;
  return within / (n * (n - 1)) + other / (m * (m - 1)) - (2 * across) / (n * m);
}
