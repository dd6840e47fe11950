import { computeStudentQuantile } from '../../platform/numbers/index.ts';
import type { Estimate } from './schema.ts';

/**
 * Share of the cost of a baseline that a candidate saves, 1 - sum of candidate / sum of baseline, with Fieller's interval for a ratio of
 * paired means (Fieller 1954): the ratios r for which mean(candidate - r baseline) is within its t interval of 0. `tail`: one-sided error
 * of each side. Constant costs give an interval without width. Ends are null where the costs of the baseline do not differ from 0 with
 * confidence, and for a single row unless its costs are prices (`arePrices`). Estimate null: the baseline costs nothing.
 *
 * @example computeSaving(Float64Array.of(1, 1), Float64Array.of(4, 4), 0.025) // { estimate: 0.75, lower: 0.75, upper: 0.75 }
 */
export function computeSaving(
  candidate: Float64Array,
  baseline: Float64Array,
  tail: number,
  arePrices = false,
): Estimate {
  const n = baseline.length;
  const [meanCandidate, meanBaseline] = [computeMean(candidate), computeMean(baseline)];
  if (!(meanBaseline > 0)) return { estimate: null, lower: null, upper: null };
  const estimate = 1 - meanCandidate / meanBaseline;
  if (n < 2 && !arePrices) return { estimate, lower: null, upper: null };
  const spread = sumProducts(candidate, baseline, meanCandidate, meanBaseline);
  if (spread.candidate === 0 && spread.baseline === 0) return { estimate, lower: estimate, upper: estimate };
  const factor = computeStudentQuantile(1 - tail, n - 1) ** 2 / (n * (n - 1));
  // Roots of (meanCandidate - r meanBaseline)^2 = factor (candidate - 2 r both + r^2 baseline).
  const square = meanBaseline ** 2 - factor * spread.baseline;
  const half = meanCandidate * meanBaseline - factor * spread.both;
  const constant = meanCandidate ** 2 - factor * spread.candidate;
  const discriminant = half ** 2 - square * constant;
  if (!(square > 0) || !(discriminant >= 0)) return { estimate, lower: null, upper: null };
  const root = Math.sqrt(discriminant);
  return { estimate, lower: 1 - (half + root) / square, upper: 1 - (half - root) / square };
}

function computeMean(values: Float64Array): number {
  const [first = Number.NaN] = values;
  // A sum of a price would round.
  if (values.every((value) => value === first)) return first;
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

interface Spread {
  readonly candidate: number;
  readonly baseline: number;
  readonly both: number;
}

/** Sums of squares and products of the deviations from the means. */
function sumProducts(
  candidate: Float64Array,
  baseline: Float64Array,
  meanCandidate: number,
  meanBaseline: number,
): Spread {
  const sums = { candidate: 0, baseline: 0, both: 0 };
  for (let row = 0; row < baseline.length; row += 1) {
    const left = (candidate[row] as number) - meanCandidate;
    const right = (baseline[row] as number) - meanBaseline;
    sums.candidate += left * left;
    sums.baseline += right * right;
    sums.both += left * right;
  }
  return sums;
}
