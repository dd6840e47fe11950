import { logGammaHalfStep } from './gamma.ts';

const SMALLEST = 1e-300;
const ENOUGH = 1e-16;
const MOST_TERMS = 100_000;
const HALF_LOG_PI = 0.5723649429247001;

/**
 * P(|T| > |t|) of Student's t with `degrees` > 0 degrees of freedom: the regularised incomplete beta function
 * I(degrees / (degrees + t^2); degrees / 2, 1/2). Example: `studentTwoSided(2.228, 10)` = 0.05.
 */
export function studentTwoSided(t: number, degrees: number): number {
  const square = t * t;
  if (square === Number.POSITIVE_INFINITY) return 0;
  const a = degrees / 2;
  const outside = square / (degrees + square);
  const inside = degrees / (degrees + square);
  const logFront = logGammaHalfStep(a) - HALF_LOG_PI - a * Math.log1p(square / degrees) + 0.5 * Math.log(outside);
  const front = Math.exp(logFront);
  if (inside < (a + 1) / (a + 2.5)) return (front * fraction(a, 0.5, inside)) / a;
  return outside === 0 ? 1 : 1 - (front * fraction(0.5, a, outside)) / 0.5;
}

/** Lentz's continued fraction of the incomplete beta function; converges for x < (a + 1) / (a + b + 2). */
function fraction(a: number, b: number, x: number): number {
  let c = 1;
  let d = 1 / nonZero(1 - ((a + b) * x) / (a + 1));
  let value = d;
  for (let m = 1; m < MOST_TERMS; m += 1) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / nonZero(1 + even * d);
    c = nonZero(1 + even / c);
    value *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / nonZero(1 + odd * d);
    c = nonZero(1 + odd / c);
    const factor = d * c;
    value *= factor;
    if (Math.abs(factor - 1) < ENOUGH) break;
  }
  return value;
}

function nonZero(value: number): number {
  return Math.abs(value) < SMALLEST ? SMALLEST : value;
}
