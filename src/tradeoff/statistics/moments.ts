/** Size, mean and variance (divisor n - 1) of one sample; both NaN where it has too few values or one that is not finite. */
export interface Moments {
  readonly n: number;
  readonly mean: number;
  readonly variance: number;
}

/**
 * Mean and variance in two passes, corrected for rounding (Chan, Golub and LeVeque 1983). A constant sample has the variance 0
 * exactly. Example: 1, 2, 3 -> mean 2, variance 1.
 */
export function computeMoments(values: Float64Array): Moments {
  const n = values.length;
  const first = values[0] ?? Number.NaN;
  let sum = 0;
  for (let i = 0; i < n; i += 1) sum += (values[i] as number) - first;
  const shift = sum / n;
  let [squares, rest] = [0, 0];
  for (let i = 0; i < n; i += 1) {
    const away = (values[i] as number) - first - shift;
    squares += away * away;
    rest += away;
  }
  return { n, mean: first + shift, variance: n < 2 ? Number.NaN : (squares - (rest * rest) / n) / (n - 1) };
}
