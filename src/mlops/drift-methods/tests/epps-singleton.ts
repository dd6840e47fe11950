import { computeChiSquareTail, computeQuantile } from '../../../platform/numbers/index.ts';
import { type TestResult, toTestResult } from '../measured.ts';
import type { NumericPair } from '../samples.ts';

const MOST_SWEEPS = 60;

/** Eigenvalues and eigenvectors (columns) of a small symmetric matrix, row by row, by Jacobi's rotations. */
function symmetricEigen(matrix: Float64Array, size: number): { values: number[]; vectors: Float64Array } {
  const a = matrix.slice();
  const vectors = Float64Array.from({ length: size * size }, (_, at) => (at % (size + 1) === 0 ? 1 : 0));
  const entry = (row: number, column: number) => a[row * size + column] ?? 0;
  for (let sweep = 0; sweep < MOST_SWEEPS; sweep += 1) {
    let off = 0;
    for (let p = 0; p < size; p += 1) {
      for (let q = p + 1; q < size; q += 1) {
        off += entry(p, q) ** 2;
        if (entry(p, q) === 0) continue;
        const theta = (entry(q, q) - entry(p, p)) / (2 * entry(p, q));
        const t = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.hypot(theta, 1));
        const cosine = 1 / Math.hypot(t, 1);
        rotate(a, vectors, size, { p, q, cosine, sine: t * cosine });
      }
    }
    if (off === 0) break;
  }
  return { values: Array.from({ length: size }, (_, at) => entry(at, at)), vectors };
}

interface Rotation {
  readonly p: number;
  readonly q: number;
  readonly cosine: number;
  readonly sine: number;
}

function rotate(a: Float64Array, vectors: Float64Array, size: number, { p, q, cosine, sine }: Rotation): void {
  const turn = (values: Float64Array, first: number, second: number) => {
    const [x, y] = [values[first] ?? 0, values[second] ?? 0];
    values[first] = cosine * x - sine * y;
    values[second] = sine * x + cosine * y;
  };
  for (let at = 0; at < size; at += 1) turn(a, at * size + p, at * size + q);
  for (let at = 0; at < size; at += 1) turn(a, p * size + at, q * size + at);
  for (let at = 0; at < size; at += 1) turn(vectors, at * size + p, at * size + q);
  a[p * size + q] = 0;
  a[q * size + p] = 0;
}

/** Points at which the characteristic functions are compared, in half interquartile ranges: Epps and Singleton's (1986) choice. */
const POINTS = [0.4, 0.8];
const SIZE = 2 * POINTS.length;
const FEWEST = 5;
const SMALL = 25;
/** NumPy leaves out eigenvalues below this share of the largest when it inverts. */
const NEGLIGIBLE = 1e-15;

/** Test of Epps and Singleton: do the empirical characteristic functions differ? (`scipy.stats.epps_singleton_2samp`) */
export function eppsSingleton({ reference, current }: NumericPair): TestResult {
  const [n, m] = [reference.length, current.length];
  if (Math.min(n, m) < FEWEST) return { reason: `the test requires ${FEWEST} values on each side` };
  const pooled = mergeSorted(reference, current);
  const halfRange = ((computeQuantile(pooled, 0.75) ?? 0) - (computeQuantile(pooled, 0.25) ?? 0)) / 2;
  if (halfRange === 0) return { reason: 'the middle half of the values has only one value' };
  const points = POINTS.map((point) => point / halfRange);
  const [a, b] = [waves(reference, points), waves(current, points)];
  const all = n + m;
  const covariance = a.covariance.map((value, at) => (all / n) * value + (all / m) * (b.covariance[at] ?? 0));
  const difference = a.mean.map((value, at) => value - (b.mean[at] ?? 0));
  const { form, rank } = inverseForm(covariance, difference);
  const small = Math.max(n, m) < SMALL ? 1 / (1 + all ** -0.45 + 10.1 * (n ** -1.7 + m ** -1.7)) : 1;
  const statistic = all * form * small;
  return toTestResult(statistic, computeChiSquareTail(statistic, rank));
}

function mergeSorted(a: Float64Array, b: Float64Array): Float64Array {
  const both = new Float64Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both.sort();
}

interface Waves {
  readonly mean: Float64Array;
  /** Row by row, divided by n. */
  readonly covariance: Float64Array;
}

/** Mean and covariance of the cosines and sines of a sample at the points. */
function waves(values: Float64Array, points: readonly number[]): Waves {
  const mean = new Float64Array(SIZE);
  const rows = Array.from({ length: SIZE }, (_, at) => {
    const point = points[at % POINTS.length] ?? 0;
    return values.map((value) => (at < POINTS.length ? Math.cos(point * value) : Math.sin(point * value)));
  });
  rows.forEach((row, at) => {
    mean[at] = row.reduce((sum, value) => sum + value, 0) / values.length;
  });
  const covariance = new Float64Array(SIZE * SIZE);
  rows.forEach((row, i) => {
    rows.forEach((other, j) => {
      let sum = 0;
      for (let at = 0; at < row.length; at += 1) {
        sum += ((row[at] ?? 0) - (mean[i] ?? 0)) * ((other[at] ?? 0) - (mean[j] ?? 0));
      }
      covariance[i * SIZE + j] = sum / values.length;
    });
  });
  return { mean, covariance };
}

/** d' C+ d with the pseudo-inverse of a symmetric matrix, and its rank. */
function inverseForm(matrix: Float64Array, vector: Float64Array): { form: number; rank: number } {
  const { values, vectors } = symmetricEigen(matrix, SIZE);
  const largest = Math.max(...values.map(Math.abs));
  let [form, rank] = [0, 0];
  values.forEach((value, at) => {
    if (Math.abs(value) <= NEGLIGIBLE * largest) return;
    let projection = 0;
    for (let row = 0; row < SIZE; row += 1) projection += (vectors[row * SIZE + at] ?? 0) * (vector[row] ?? 0);
    form += projection ** 2 / value;
    rank += 1;
  });
  return { form, rank };
}
