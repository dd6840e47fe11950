import { approximateNormalQuantile, createSeededRandom } from '../../platform/numbers/index.ts';

/** Number of simulated paths of the next days, in mirrored pairs. */
export const PATHS = 2000;
const LEAST_DEGREES = 3;
const MOST_DEGREES = 40;
const SEED = 20_261_101;
/** Keeps the draws away from 0 and 1. */
const HALF_STEP = 1e-10;

/**
 * Weights of the past errors in each path. A path's error is the sum over the earlier origins of (past error) x (a standard
 * normal number) / root of their count. Errors of days, and of subjects, are therefore correlated in the paths as they were
 * in the past, and the error of any sum of them keeps its mean square. Each path is divided by one number that turns the
 * normal into Student's t, because the earlier origins are few and overlap. `degrees`: degrees of freedom of that t.
 */
export function drawMixes(origins: number, degrees: number): Float64Array[] {
  // A fixed seed: the same bill gives the same forecast.
  const even = createSeededRandom(SEED);
  const normal = () => approximateNormalQuantile((even() + HALF_STEP) / (1 + 2 * HALF_STEP));
  const mixes: Float64Array[] = [];
  for (let pair = 0; pair < PATHS / 2; pair += 1) {
    const scale = Math.sqrt(degrees / drawChiSquare(degrees, normal)) / Math.sqrt(origins);
    const mix = Float64Array.from({ length: origins }, () => scale * normal());
    mixes.push(
      mix,
      mix.map((share) => -share),
    );
  }
  return mixes;
}

/** Degrees of freedom for a number of back-tested horizons. */
export function computeDegrees(horizons: number): number {
  return Math.min(MOST_DEGREES, Math.max(LEAST_DEGREES, Math.round(horizons)));
}

function drawChiSquare(degrees: number, normal: () => number): number {
  let sum = 0;
  for (let one = 0; one < degrees; one += 1) sum += normal() ** 2;
  return sum;
}

/** Past errors, summed from the first day on: the errors of the running total. */
export function sumRunningErrors(errors: readonly Float64Array[]): Float64Array[] {
  return errors.map((vector) => {
    let sum = 0;
    return vector.map((error) => {
      sum += error;
      return sum;
    });
  });
}

/** Error of the running total in every path on one day of the horizon. */
export function computeErrorsOnDay(
  running: readonly Float64Array[],
  mixes: readonly Float64Array[],
  step: number,
): Float64Array {
  return Float64Array.from(mixes, (mix) => {
    let sum = 0;
    for (let origin = 0; origin < running.length; origin += 1) {
      sum += (mix[origin] as number) * ((running[origin] as Float64Array)[step] as number);
    }
    return sum;
  });
}
