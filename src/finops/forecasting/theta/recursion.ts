/** Parameters of the dynamic optimised theta model. */
export interface Theta {
  /** Smoothing of the level, 0..1. */
  readonly alpha: number;
  /** Curvature of the second line, at least 1; 2 is the standard method. */
  readonly theta: number;
  /** Level before the first value. */
  readonly level: number;
}

/** Smaller powers are set to zero: numbers near the smallest representable one are slow to process. */
const TINY = 1e-30;

interface Line {
  level: number;
  mean: number;
  intercept: number;
  slope: number;
  /** `(1 - alpha)` to the power of the number of values seen. */
  decay: number;
  count: number;
}

function begin({ level, alpha }: Theta, first: number): Line {
  return {
    level: alpha * first + (1 - alpha) * level,
    mean: first,
    intercept: first,
    slope: 0,
    decay: 1 - alpha,
    count: 1,
  };
}

function computeExpected({ level, intercept, slope, decay }: Line, { alpha, theta }: Theta): number {
  return level + (1 - 1 / theta) * (intercept * decay + (slope * (1 - decay * (1 - alpha))) / alpha);
}

/** Moves the line on by one value; the formulas of Fiorucci et al. (2016), table 2. */
function advance(line: Line, { alpha }: Theta, value: number): void {
  const { count } = line;
  line.level = alpha * value + (1 - alpha) * line.level;
  line.slope = ((count - 1) * line.slope + (6 * (value - line.mean)) / (count + 1)) / (count + 2);
  line.mean = (count * line.mean + value) / (count + 1);
  line.intercept = line.mean - (line.slope * (count + 2)) / 2;
  line.decay = line.decay < TINY ? 0 : line.decay * (1 - alpha);
  line.count += 1;
}

/** Sum of the squared one-step errors, the first few left out. */
export function computeThetaSquares(values: Float64Array, theta: Theta, skip: number): number {
  const line = begin(theta, values[0] as number);
  let squares = 0;
  for (let at = 1; at < values.length; at += 1) {
    const value = values[at] as number;
    if (at >= skip) squares += (value - computeExpected(line, theta)) ** 2;
    advance(line, theta, value);
  }
  return squares;
}

/** Point forecasts after the values; each one updates the line in place of the future value. */
export function computeThetaForecast(values: Float64Array, theta: Theta, horizon: number): Float64Array {
  const line = begin(theta, values[0] as number);
  for (let at = 1; at < values.length; at += 1) advance(line, theta, values[at] as number);
  const result = new Float64Array(horizon);
  for (let step = 0; step < horizon; step += 1) {
    result[step] = computeExpected(line, theta);
    advance(line, theta, result[step] as number);
  }
  return result;
}
