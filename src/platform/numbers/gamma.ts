/** Coefficients of the Stirling series of ln Gamma, of 1/x, 1/x^3, … */
const STIRLING = [1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188, -691 / 360360];
/** From this value on, six terms of the Stirling series are exact to the last digit. */
const STIRLING_FROM = 16;
const HALF_LOG_TWO_PI = 0.9189385332046728;

/** ln Gamma(x) for x > 0, by Stirling's series after raising x. Example: `computeLogGamma(5)` = ln 24 = 3.178…. */
export function computeLogGamma(x: number): number {
  let shift = 0;
  let raised = x;
  if (raised < STIRLING_FROM) {
    let product = 1;
    for (; raised < STIRLING_FROM; raised += 1) product *= raised;
    shift = Math.log(product);
  }
  return (raised - 0.5) * Math.log(raised) - raised + HALF_LOG_TWO_PI + computeStirlingSeries(raised) - shift;
}

function computeStirlingSeries(x: number): number {
  const inverse = 1 / x;
  const square = inverse * inverse;
  return STIRLING.reduceRight((sum, coefficient) => sum * square + coefficient, 0) * inverse;
}

/**
 * What Stirling's formula (a - 1/2) ln a - a + ln(2 pi)/2 leaves of ln Gamma(a), a > 0: below 1/(12 a). It enters ratios of gamma
 * functions of large arguments, where the difference of two logarithms would lose its digits.
 */
export function computeStirlingError(a: number): number {
  if (a < STIRLING_FROM) return computeLogGamma(a) - ((a - 0.5) * Math.log(a) - a + HALF_LOG_TWO_PI);
  return computeStirlingSeries(a);
}

const SMALLEST = 1e-300;
const ENOUGH = 1e-16;
const MOST_TERMS = 1_000_000;

/**
 * Regularised upper incomplete gamma function Q(a, x) = Gamma(a, x) / Gamma(a), 0 to 1, with its relative accuracy kept in
 * the far tail: the series below x = a + 1, Lentz's continued fraction above. Example: `computeUpperGamma(1, 2)` = e^-2.
 */
export function computeUpperGamma(a: number, x: number): number {
  if (x <= 0) return 1;
  if (x === Number.POSITIVE_INFINITY) return 0;
  const scale = Math.exp(-x + a * Math.log(x) - computeLogGamma(a));
  return x < a + 1 ? 1 - lowerSeries(a, x) * scale : upperFraction(a, x) * scale;
}

function lowerSeries(a: number, x: number): number {
  let term = 1 / a;
  let sum = term;
  for (let n = 1; n < MOST_TERMS && term > sum * ENOUGH; n += 1) {
    term *= x / (a + n);
    sum += term;
  }
  return sum;
}

function upperFraction(a: number, x: number): number {
  let b = x + 1 - a;
  let c = 1 / SMALLEST;
  let d = 1 / b;
  let fraction = d;
  for (let n = 1; n < MOST_TERMS; n += 1) {
    const numerator = -n * (n - a);
    b += 2;
    d = 1 / nonZero(numerator * d + b);
    c = nonZero(b + numerator / c);
    const factor = d * c;
    fraction *= factor;
    if (Math.abs(factor - 1) < ENOUGH) break;
  }
  return fraction;
}

function nonZero(value: number): number {
  return Math.abs(value) < SMALLEST ? SMALLEST : value;
}

/** P(X > x) of a chi-square variable of `degrees` > 0 degrees of freedom. Example: `computeChiSquareTail(3.841, 1)` = 0.05. */
export function computeChiSquareTail(x: number, degrees: number): number {
  return computeUpperGamma(degrees / 2, x / 2);
}
