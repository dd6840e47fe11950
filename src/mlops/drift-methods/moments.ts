/** Mean and variance (divided by n) of a sample; two passes, so that a large mean costs no digits. */
export interface Moments {
  readonly count: number;
  readonly mean: number;
  readonly variance: number;
}

/** Moments of at least one value. Example: `momentsOf([1, 2, 3])` is mean 2, variance 2/3. */
export function computeMoments(values: Float64Array): Moments {
  const count = values.length;
  let sum = 0;
  for (const value of values) sum += value;
  const mean = sum / count;
  let squares = 0;
  let rest = 0;
  for (const value of values) {
    squares += (value - mean) ** 2;
    rest += value - mean;
  }
  return { count, mean: mean + rest / count, variance: Math.max(0, squares / count - (rest / count) ** 2) };
}
