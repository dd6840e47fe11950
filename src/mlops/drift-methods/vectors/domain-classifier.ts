import { createRandom } from '../../../platform/numbers/index.ts';
import { type TestResult, toTestResult } from '../measured.ts';
import { buildKernel, countRows, type PointPair, shuffleIndexes } from './points.ts';

const FOLDS = 5;
const PERMUTATIONS = 499;
const RIDGE = 1;

/**
 * How well a classifier separates current rows from reference rows: area under the ROC curve (0.5: not at all) of
 * out-of-fold scores in five folds. The classifier is kernel ridge regression on the side (+1, -1) with a Gaussian kernel of
 * the median distance. p-value (1 + reached) / 500 of 499 permutations of the sides; each permutation is refitted and
 * rescored.
 */
export function domainClassifier(pair: PointPair): TestResult {
  const [n, m] = [countRows(pair.reference), countRows(pair.current)];
  if (Math.min(n, m) < FOLDS) return { reason: `the test requires ${FOLDS} rows on each side` };
  const kernel = buildKernel(pair);
  if (kernel === null) return { reason: 'all rows are equal' };
  const random = createRandom(2);
  const size = n + m;
  const parts = buildFolds(kernel, size, shuffleIndexes(size, random));
  // Center the sides: the fit is linear in them, and the mean is the same for every permutation.
  const sides = Float64Array.from({ length: size }, (_, at) => (at < n ? -m / size : n / size));
  const observed = computeArea(parts, sides);
  let reached = 0;
  for (let round = 0; round < PERMUTATIONS; round += 1) {
    const order = shuffleIndexes(size, random);
    if (
      computeArea(
        parts,
        sides.map((_, at) => sides[order[at] ?? 0] ?? 0),
      ) >= observed
    )
      reached += 1;
  }
  return toTestResult(observed, (1 + reached) / (1 + PERMUTATIONS));
}

/** Rows that are scored, those that are learned from, and the weight of each of these in the score of each of those. */
interface Fold {
  readonly scored: Uint32Array;
  readonly learned: Uint32Array;
  readonly weights: Float64Array;
}

function buildFolds(kernel: Float64Array, size: number, order: Uint32Array): Fold[] {
  return Array.from({ length: FOLDS }, (_, fold) => {
    const scored = order.filter((_, at) => at % FOLDS === fold);
    const learned = order.filter((_, at) => at % FOLDS !== fold);
    const k = learned.length;
    const lower = new Float64Array(k * k);
    for (let a = 0; a < k; a += 1) {
      for (let b = 0; b <= a; b += 1) {
        const between = kernel[(learned[a] ?? 0) * size + (learned[b] ?? 0)] ?? 0;
        lower[a * k + b] = a === b ? 1 + RIDGE : between;
      }
    }
    cholesky(lower, k);
    const weights = new Float64Array(scored.length * k);
    for (const [at, row] of scored.entries()) {
      const solved = weights.subarray(at * k, (at + 1) * k);
      for (let b = 0; b < k; b += 1) solved[b] = kernel[row * size + (learned[b] ?? 0)] ?? 0;
      solve(lower, solved, k);
    }
    return { scored, learned, weights };
  });
}

/** Cholesky's factor in place of the lower half of a positive definite matrix. */
function cholesky(lower: Float64Array, k: number): void {
  for (let a = 0; a < k; a += 1) {
    for (let b = 0; b <= a; b += 1) {
      let sum = lower[a * k + b] ?? 0;
      for (let c = 0; c < b; c += 1) sum -= (lower[a * k + c] ?? 0) * (lower[b * k + c] ?? 0);
      lower[a * k + b] = a === b ? Math.sqrt(sum) : sum / (lower[b * k + b] ?? 1);
    }
  }
}

/** Solves with the factor, in place. */
function solve(lower: Float64Array, x: Float64Array, k: number): void {
  for (let a = 0; a < k; a += 1) {
    let sum = x[a] ?? 0;
    for (let c = 0; c < a; c += 1) sum -= (lower[a * k + c] ?? 0) * (x[c] ?? 0);
    x[a] = sum / (lower[a * k + a] ?? 1);
  }
  for (let a = k - 1; a >= 0; a -= 1) {
    const value = (x[a] ?? 0) / (lower[a * k + a] ?? 1);
    x[a] = value;
    for (let c = 0; c < a; c += 1) x[c] = (x[c] ?? 0) - (lower[a * k + c] ?? 0) * value;
  }
}

function computeArea(parts: readonly Fold[], sides: Float64Array): number {
  const scores = new Float64Array(sides.length);
  for (const { scored, learned, weights } of parts) {
    const k = learned.length;
    for (let at = 0; at < scored.length; at += 1) {
      let score = 0;
      for (let b = 0; b < k; b += 1) score += (weights[at * k + b] ?? 0) * (sides[learned[b] ?? 0] ?? 0);
      scores[scored[at] ?? 0] = score;
    }
  }
  return areaUnderCurve(scores, sides);
}

/** Share of the pairs of both sides in which the one that is current (above 0) has the higher score, ties by half. */
function areaUnderCurve(scores: Float64Array, sides: Float64Array): number {
  const order = Uint32Array.from(scores, (_, at) => at).sort((a, b) => (scores[a] ?? 0) - (scores[b] ?? 0));
  let [below, pairs, positives] = [0, 0, 0];
  for (let from = 0; from < order.length; ) {
    let until = from;
    let tied = 0;
    while (until < order.length && scores[order[until] ?? 0] === scores[order[from] ?? 0]) {
      if ((sides[order[until] ?? 0] ?? 0) > 0) tied += 1;
      until += 1;
    }
    const negatives = until - from - tied;
    pairs += tied * (below + negatives / 2);
    below += negatives;
    positives += tied;
    from = until;
  }
  return pairs / (positives * below);
}
