import { computeIncompleteBetaOfParts } from './beta.ts';
import { computeNormalQuantile } from './normal.ts';
import { findRoot } from './root.ts';

/** From this many degrees of freedom on, four terms of the expansion of the quantile are exact to the last digits. */
const EXPANSION_FROM = 10_000;
/** Tail probabilities below this are solved on logarithms, where the tail of a power law is a straight line. */
const LOGARITHMIC_BELOW = 0.25;

/**
 * P(|T| > |t|) of Student's t with `degrees` > 0 degrees of freedom: the regularised incomplete beta function
 * I(degrees / (degrees + t^2); degrees / 2, 1/2). Example: `computeStudentTwoSided(2.228, 10)` = 0.05.
 */
export function computeStudentTwoSided(t: number, degrees: number): number {
  if (Number.isNaN(t)) return Number.NaN;
  const square = t * t;
  if (square === Number.POSITIVE_INFINITY) return 0;
  if (square === 0) return 1;
  return computeIncompleteBetaOfParts(degrees / (degrees + square), square / (degrees + square), degrees / 2, 0.5);
}

/** P(T <= t) of Student's t with `degrees` > 0 degrees of freedom. Example: `computeStudentCdf(2.228, 10)` = 0.975. */
export function computeStudentCdf(t: number, degrees: number): number {
  const outside = computeStudentTwoSided(t, degrees) / 2;
  return t > 0 ? 1 - outside : outside;
}

/**
 * The number below which a value of Student's t lies with probability `share`, 0 < share < 1, in full double precision. From 10,000
 * degrees of freedom on by the expansion 26.7.5 of Abramowitz and Stegun. Example: 0.975, 10 degrees -> 2.228….
 */
export function computeStudentQuantile(share: number, degrees: number): number {
  if (share > 0.5) return -computeStudentQuantile(1 - share, degrees);
  if (share === 0.5) return 0;
  const z = computeNormalQuantile(share);
  if (degrees >= EXPANSION_FROM || !Number.isFinite(z)) return expandStudentQuantile(z, degrees);
  const measure = (t: number) => computeStudentTwoSided(t, degrees) / 2;
  if (share > LOGARITHMIC_BELOW) {
    let high = -z;
    while (measure(high) > share) high *= 2;
    return -findRoot((t) => measure(t) - share, 0, high);
  }
  let [low, step] = [Math.log(-z), 0.5];
  while (measure(Math.exp(low + step)) > share) [low, step] = [low + step, step * 2];
  return -Math.exp(findRoot((s) => Math.log(measure(Math.exp(s)) / share), low, low + step));
}

function expandStudentQuantile(z: number, degrees: number): number {
  const z2 = z * z;
  const first = (z2 + 1) / 4;
  const second = ((5 * z2 + 16) * z2 + 3) / 96;
  const third = (((3 * z2 + 19) * z2 + 17) * z2 - 15) / 384;
  const fourth = ((((79 * z2 + 776) * z2 + 1482) * z2 - 1920) * z2 - 945) / 92160;
  return z * (1 + (first + (second + (third + fourth / degrees) / degrees) / degrees) / degrees);
}
