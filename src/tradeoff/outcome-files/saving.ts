import { computeFiellerSet, computeMoments } from '../statistics/index.ts';
import type { Estimate } from './schema.ts';

/**
 * Share of the cost of a baseline that a candidate saves, 1 - mean of candidate / mean of baseline, with Fieller's interval of the ratio of two
 * paired means. `tail`: one-sided error of each side. Constant costs give an interval without width. Ends are null where the mean of the
 * baseline does not differ from 0 with confidence, and for a single row unless its costs are prices (`arePrices`). Estimate null: the
 * baseline costs nothing.
 *
 * @example computeSaving(Float64Array.of(1, 1), Float64Array.of(4, 4), 0.025) // { estimate: 0.75, lower: 0.75, upper: 0.75 }
 */
export function computeSaving(
  candidate: Float64Array,
  baseline: Float64Array,
  tail: number,
  arePrices = false,
): Estimate {
  const [after, before] = [computeMoments(candidate), computeMoments(baseline)];
  if (!(before.mean > 0)) return { estimate: null, lower: null, upper: null };
  const estimate = 1 - after.mean / before.mean;
  if (arePrices || (after.variance === 0 && before.variance === 0)) {
    return { estimate, lower: estimate, upper: estimate };
  }
  const n = baseline.length;
  const set = computeFiellerSet(
    { mean: after.mean, squaredError: after.variance / n },
    { mean: before.mean, squaredError: before.variance / n },
    tail,
    { covariance: computeCovariance(candidate, baseline, after.mean, before.mean) / n, degrees: n - 1 },
  );
  const isBounded = n > 1 && set.kind === 'interval';
  return { estimate, lower: isBounded ? 1 - set.upper : null, upper: isBounded ? 1 - set.lower : null };
}

/** Covariance with the divisor n - 1. */
function computeCovariance(
  candidate: Float64Array,
  baseline: Float64Array,
  meanCandidate: number,
  meanBaseline: number,
): number {
  let sum = 0;
  for (let row = 0; row < baseline.length; row += 1) {
    sum += ((candidate[row] as number) - meanCandidate) * ((baseline[row] as number) - meanBaseline);
  }
  return sum / (baseline.length - 1);
}
