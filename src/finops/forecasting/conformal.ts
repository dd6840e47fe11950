import { approximateNormalQuantile, computeQuantile } from '../../platform/numbers/index.ts';
import { computeStudentQuantile } from './numbers/student.ts';

/** Size of past forecast errors, the basis of the intervals. */
export interface Spread {
  /** Half the width of the interval that contains the outcome `step` steps ahead (0 is the next) with probability `level`. */
  halfWidth(level: number, step: number): number;
}

/** The power of the steps by which errors grow, as if one more horizon had been seen on which they grow by the root. */
const USUAL_GROWTH = 0.5;
const MOST_GROWTH = 0.9;
/** Variance of the logarithm of the size of errors between origins, as if one more horizon had been seen. */
const USUAL_VARIANCE = 0.3;
const LEAST_DEGREES = 2.5;
const LEAST_SCORES = 5;

/**
 * Intervals from the errors at earlier origins (split conformal: Vovk et al. 2005, extended to horizons). An error `step +
 * 1` steps ahead is divided by `(step + 1)^growth`; the quantile of these scores at `level`, times the growth again, is half
 * the width. The origins are few and overlap, and the size of errors differs between them. Therefore the quantile is widened
 * by the ratio of Student's t to the normal, with `horizons / (2 * variance of the logarithm of the error size between
 * origins)` degrees of freedom. Null with fewer than five known outcomes.
 */
export function estimateConformalSpread(errors: readonly Float64Array[], horizons: number): Spread | null {
  const growth = estimateGrowth(errors, horizons);
  const scores: number[] = [];
  const sizes: number[] = [];
  for (const byStep of errors) {
    let sum = 0;
    let count = 0;
    for (let step = 0; step < byStep.length; step += 1) {
      const score = Math.abs(byStep[step] as number) / (step + 1) ** growth;
      if (Number.isNaN(score)) continue;
      scores.push(score);
      sum += score;
      count += 1;
    }
    if (sum > 0) sizes.push(Math.log(sum / count));
  }
  if (scores.length < LEAST_SCORES) return null;
  const ordered = Float64Array.from(scores).sort();
  const degrees = estimateDegrees(sizes, horizons);
  return {
    halfWidth: (level, step) => {
      const share = (1 + level) / 2;
      const wider = computeStudentQuantile(share, degrees) / approximateNormalQuantile(share);
      return (computeQuantile(ordered, level) as number) * wider * (step + 1) ** growth;
    },
  };
}

function estimateDegrees(sizes: readonly number[], horizons: number): number {
  const mean = sizes.reduce((sum, size) => sum + size, 0) / sizes.length;
  const squares = sizes.reduce((sum, size) => sum + (size - mean) ** 2, 0);
  const seen = sizes.length > 1 ? squares / (sizes.length - 1) : USUAL_VARIANCE;
  const variance = ((horizons - 1) * seen + USUAL_VARIANCE) / horizons;
  return Math.max(LEAST_DEGREES, horizons / (2 * variance));
}

/** Slope of the logarithm of the mean absolute error over that of the steps; near steps, of which more is known, count more. */
function estimateGrowth(errors: readonly Float64Array[], horizons: number): number {
  const longest = Math.max(0, ...errors.map((byStep) => byStep.length));
  let weights = 0;
  let x1 = 0;
  let y1 = 0;
  let x2 = 0;
  let xy = 0;
  for (let step = 0; step < longest; step += 1) {
    let sum = 0;
    let count = 0;
    for (const byStep of errors) {
      const error = byStep[step];
      if (error === undefined || Number.isNaN(error)) continue;
      sum += Math.abs(error);
      count += 1;
    }
    if (sum === 0) continue;
    const weight = count / (step + 1);
    const x = Math.log(step + 1);
    const y = Math.log(sum / count);
    weights += weight;
    x1 += weight * x;
    y1 += weight * y;
    x2 += weight * x * x;
    xy += weight * x * y;
  }
  const spread = x2 - (x1 * x1) / weights;
  const slope = spread > 0 ? (xy - (x1 * y1) / weights) / spread : USUAL_GROWTH;
  return Math.min(MOST_GROWTH, Math.max(0, (horizons * slope + USUAL_GROWTH) / (horizons + 1)));
}

/** For a history too short to be tried on: changes from one value to the next that add up, as Student's t. */
export function estimateWalkSpread(values: Float64Array): Spread {
  let squares = 0;
  for (let at = 1; at < values.length; at += 1) squares += ((values[at] as number) - (values[at - 1] as number)) ** 2;
  const count = Math.max(1, values.length - 1);
  const deviation = Math.sqrt(squares / count);
  const degrees = Math.max(LEAST_DEGREES, count);
  return {
    halfWidth: (level, step) => computeStudentQuantile((1 + level) / 2, degrees) * deviation * Math.sqrt(step + 1),
  };
}
