import { totalVariation } from '../distances/between-shares.ts';
import { NumpyRandom } from '../laws/numpy-random.ts';
import { type TestResult, toTestResult } from '../measured.ts';
import { type CountPair, computeShares, sumCounts } from '../samples.ts';

const PERMUTATIONS = 1000;
/** Each permutation draws a random number a row: more rows would take minutes. */
const MOST_ROWS = 1_000_000;

/** A categorical column row by row: the place of each row's level among the ascending levels, in the order of the file. */
export interface CodePair {
  readonly reference: Uint32Array;
  readonly current: Uint32Array;
}

/** Evidently's `TVD`: total variation with the p-value of 1000 permutations, drawn as NumPy draws them from seed 0. */
export function totalVariationTest(counts: CountPair, codes: CodePair): TestResult {
  const [n, m] = [sumCounts(counts.reference), sumCounts(counts.current)];
  if (n + m > MOST_ROWS) return { reason: `TVD permutes at most ${MOST_ROWS} rows; tvd computes only the distance` };
  const observed = computeCountDistance(counts);
  const random = new NumpyRandom(0);
  let reached = 0;
  for (let round = 0; round < PERMUTATIONS; round += 1) {
    const order = random.permutation(n + m);
    const reference = new Float64Array(counts.reference.length);
    for (const row of order.subarray(0, n)) {
      const code = (row < n ? codes.reference[row] : codes.current[row - n]) ?? 0;
      reference[code] = (reference[code] ?? 0) + 1;
    }
    const current = reference.map((count, at) => (counts.reference[at] ?? 0) + (counts.current[at] ?? 0) - count);
    if (observed <= computeCountDistance({ reference, current })) reached += 1;
  }
  return toTestResult(observed, reached / PERMUTATIONS);
}

function computeCountDistance(counts: CountPair): number {
  return totalVariation({ reference: computeShares(counts.reference), current: computeShares(counts.current) });
}
