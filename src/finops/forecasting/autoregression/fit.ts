import { solveSymmetric } from '../numbers/cholesky.ts';

/** `value[t] = constant + sum of weight[i] * value[t - lag[i]]`. */
export interface Autoregression {
  readonly constant: number;
  readonly lags: readonly number[];
  readonly weights: Float64Array;
  readonly aicc: number;
}

/** Least squares over the values from the longest of all lags on; null with too few values, or with collinear lags. */
export function fitAutoregression(values: Float64Array, lags: readonly number[], from: number): Autoregression | null {
  const size = lags.length + 1;
  const count = values.length - from;
  if (count <= size + 2) return null;
  const matrix = new Float64Array(size * size);
  const right = new Float64Array(size);
  const row = new Float64Array(size);
  let total = 0;
  for (let at = from; at < values.length; at += 1) {
    row[0] = 1;
    for (let index = 1; index < size; index += 1) row[index] = values[at - (lags[index - 1] as number)] as number;
    const value = values[at] as number;
    total += value * value;
    for (let first = 0; first < size; first += 1) {
      const left = row[first] as number;
      right[first] = (right[first] as number) + left * value;
      for (let second = 0; second <= first; second += 1) {
        matrix[first * size + second] = (matrix[first * size + second] as number) + left * (row[second] as number);
      }
    }
  }
  for (let index = 1; index < size; index += 1) {
    matrix[index * size + index] = (matrix[index * size + index] as number) * (1 + 1e-9);
  }
  const sums = Float64Array.from(right);
  if (!solveSymmetric(matrix, right)) return null;
  let squares = total;
  for (let index = 0; index < size; index += 1) squares -= (right[index] as number) * (sums[index] as number);
  const free = size + 1;
  const rest = Math.max(1, count - free - 1);
  const spread = Math.max(squares, 1e-12 * total + 1e-300) / count;
  const aicc = count * Math.log(spread) + 2 * free + (2 * free * (free + 1)) / rest;
  return { constant: right[0] as number, lags, weights: right.subarray(1), aicc };
}

/** Forecasts behind the values, each from those before it. */
export function forecastAutoregression(model: Autoregression, values: Float64Array, horizon: number): Float64Array {
  const { constant, lags, weights } = model;
  const result = new Float64Array(horizon);
  for (let step = 0; step < horizon; step += 1) {
    let value = constant;
    for (let index = 0; index < lags.length; index += 1) {
      const back = step - (lags[index] as number);
      const past = back >= 0 ? result[back] : values[values.length + back];
      value += (weights[index] as number) * (past as number);
    }
    result[step] = value;
  }
  return result;
}
