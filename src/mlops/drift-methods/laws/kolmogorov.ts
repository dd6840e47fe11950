import { computeLogGamma } from '../../../platform/numbers/index.ts';

const SMALL_SAMPLE = 140;
const PI2 = Math.PI ** 2;
const ROOT_TWO_PI = Math.sqrt(2 * Math.PI);

/**
 * P(D_n >= d) of Kolmogorov's statistic of one sample of n values, finite law, by the cases of Simard and L'Ecuyer (2011):
 * Durbin's matrix, Pelz and Good's expansion, twice the one-sided law where both sides cannot be left together.
 * Example: `kolmogorovTail(0.2, 100)` = 0.000543….
 */
export function kolmogorovTail(d: number, n: number): number {
  if (d >= 1) return 0;
  const t = n * d;
  if (d <= 0 || t <= 0.5) return 1;
  if (t <= 1) return 1 - Math.exp(computeLogGamma(n + 1) - n * Math.log(n) + n * Math.log(2 * t - 1));
  if (t >= n - 1) return 2 * (1 - d) ** n;
  if (d >= 0.5) return 2 * oneSidedTail(d, n);
  const weight = t * d;
  if (n <= SMALL_SAMPLE) return weight <= 4 ? 1 - durbinMatrix(d, n) : 2 * oneSidedTail(d, n);
  if (weight >= 370) return 0;
  if (weight >= 2.2) return 2 * oneSidedTail(d, n);
  return 1 - (n <= 100_000 && n * d ** 1.5 <= 1.4 ? durbinMatrix(d, n) : pelzGood(d, n));
}

/** P(D_n+ >= d), Birnbaum and Tingey (1951): d * sum of C(n, v) (d + v/n)^(v-1) (1 - d - v/n)^(n-v). */
function oneSidedTail(d: number, n: number): number {
  let logChoose = 0;
  let sum = 0;
  const last = Math.floor(n * (1 - d));
  for (let v = 0; v <= last; v += 1) {
    if (v > 0) logChoose += Math.log((n - v + 1) / v);
    const left = 1 - d - v / n;
    if (left <= 0) break;
    sum += Math.exp(logChoose + (v - 1) * Math.log(d + v / n) + (n - v) * Math.log(left));
  }
  return d * sum;
}

/** P(D_n < d) by Durbin's matrix, Marsaglia, Tsang and Wang (2003). */
function durbinMatrix(d: number, n: number): number {
  const k = Math.ceil(n * d);
  const size = 2 * k - 1;
  const matrix = durbinStart(size, k - n * d);
  const { values, exponent } = power({ values: matrix, exponent: 0 }, n, size);
  let result = values[(k - 1) * size + k - 1] ?? 0;
  let scale = exponent;
  for (let i = 1; i <= n; i += 1) {
    result = (result * i) / n;
    if (result < 1e-140) {
      result *= 1e140;
      scale -= 140;
    }
  }
  return result * 10 ** scale;
}

function durbinStart(size: number, h: number): Float64Array {
  const matrix = new Float64Array(size * size);
  for (let row = 0; row < size; row += 1) {
    for (let column = 0; column < size; column += 1) {
      if (row - column + 1 >= 0) matrix[row * size + column] = 1;
    }
  }
  const subtract = (row: number, column: number, value: number) => {
    matrix[row * size + column] = (matrix[row * size + column] ?? 0) - value;
  };
  for (let row = 0; row < size; row += 1) {
    subtract(row, 0, h ** (row + 1));
    subtract(size - 1, row, h ** (size - row));
  }
  if (2 * h - 1 > 0) subtract(size - 1, 0, -((2 * h - 1) ** size));
  for (let row = 0; row < size; row += 1) {
    for (let column = 0; column < size; column += 1) {
      for (let g = 1; g <= row - column + 1; g += 1) {
        matrix[row * size + column] = (matrix[row * size + column] ?? 0) / g;
      }
    }
  }
  return matrix;
}

interface ScaledMatrix {
  readonly values: Float64Array;
  /** Power of ten that the values are to be multiplied by. */
  readonly exponent: number;
}

function power(base: ScaledMatrix, n: number, size: number): ScaledMatrix {
  if (n === 1) return base;
  const half = power(base, Math.floor(n / 2), size);
  const square = scaledDown({ values: product(half.values, half.values, size), exponent: 2 * half.exponent }, size);
  if (n % 2 === 0) return square;
  const odd = { values: product(base.values, square.values, size), exponent: base.exponent + square.exponent };
  return scaledDown(odd, size);
}

function scaledDown({ values, exponent }: ScaledMatrix, size: number): ScaledMatrix {
  const middle = (size - 1) / 2;
  if ((values[middle * size + middle] ?? 0) <= 1e140) return { values, exponent };
  return { values: values.map((value) => value * 1e-140), exponent: exponent + 140 };
}

function product(a: Float64Array, b: Float64Array, size: number): Float64Array {
  const result = new Float64Array(size * size);
  for (let row = 0; row < size; row += 1) {
    for (let inner = 0; inner < size; inner += 1) {
      const factor = a[row * size + inner] ?? 0;
      if (factor === 0) continue;
      for (let column = 0; column < size; column += 1) {
        const at = row * size + column;
        result[at] = (result[at] ?? 0) + factor * (b[inner * size + column] ?? 0);
      }
    }
  }
  return result;
}

/** P(D_n < d) by Pelz and Good (1976): Kolmogorov's limit and the terms of n^-1/2, n^-1 and n^-3/2. */
function pelzGood(d: number, n: number): number {
  const z = Math.sqrt(n) * d;
  const z2 = z * z;
  const z4 = z2 * z2;
  const z6 = z4 * z2;
  const q = Math.exp(-PI2 / 8 / z2);
  const terms = Math.ceil((16 * z) / Math.PI);
  const sums = [0, 0, 0, 0];
  const add = (at: number, value: number) => {
    sums[at] = (sums[at] ?? 0) + value;
  };
  for (let k = terms; k >= 1; k -= 1) {
    const m2 = (2 * k - 1) ** 2;
    const weight = q ** m2;
    add(0, weight);
    add(1, weight * (-z2 + (PI2 / 4) * m2));
    const second = 6 * z6 + 2 * z4 + ((2 * z4 - 5 * z2) * PI2 * m2) / 4 + (PI2 ** 2 * (1 - 2 * z2) * m2 ** 2) / 16;
    add(2, weight * second);
    const third =
      -30 * z6 -
      90 * z4 ** 2 +
      (PI2 * (135 * z4 - 96 * z6) * m2) / 4 +
      (PI2 ** 2 * (-60 * z2 + 212 * z4) * m2 ** 2) / 16 +
      (PI2 ** 3 * (5 - 30 * z2) * m2 ** 3) / 64;
    add(3, weight * third);
  }
  const scales = [z, 6 * z4, 72 * z4 * z2 * z, 6480 * z6 * z4];
  const scaled = sums.map((sum, at) => (sum * ROOT_TWO_PI) / (scales[at] ?? 1));
  const whole = Math.exp(-PI2 / 2 / z2);
  let second = 0;
  let third = 0;
  for (let k = terms; k >= 1; k -= 1) {
    const weight = k * k * whole ** (k * k);
    second += weight;
    third += weight * (3 * z2 - PI2 * k * k);
  }
  scaled[2] = (scaled[2] ?? 0) - (second * PI2 * ROOT_TWO_PI) / (36 * z2 * z);
  scaled[3] = (scaled[3] ?? 0) + (third * PI2 * ROOT_TWO_PI) / (216 * z6);
  return scaled.reduce((sum, value, at) => sum + value / n ** (at / 2), 0);
}
