import { type TestResult, toTestResult } from '../measured.ts';
import type { NumericPair } from '../samples.ts';

/** Scholz and Stephens (1987), table 2: levels, and the terms that their critical values are the sum of for two samples. */
const TABLE: readonly (readonly [level: number, b0: number, b1: number, b2: number])[] = [
  [0.25, 0.675, -0.245, -0.105],
  [0.1, 1.281, 0.25, -0.305],
  [0.05, 1.645, 0.678, -0.362],
  [0.025, 1.96, 1.149, -0.391],
  [0.01, 2.326, 1.822, -0.396],
  [0.005, 2.573, 2.364, -0.345],
  [0.001, 3.085, 3.615, -0.154],
];
const LEVELS = TABLE.map(([level]) => level);
const CRITICAL = TABLE.map(([, b0, b1, b2]) => b0 + b1 + b2);
const SMALLEST_LEVEL = 0.001;
const LARGEST_LEVEL = 0.25;

/**
 * Two-sample test of Anderson and Darling with midranks (`scipy.stats.anderson_ksamp`). Its p-value is interpolated between
 * tabulated levels and so lies within 0.001 and 0.25.
 */
export function andersonDarling(pair: NumericPair): TestResult {
  const [n, m] = [pair.reference.length, pair.current.length];
  const all = n + m;
  if (all < 4) return { reason: 'the test requires four values' };
  const raw = midrankStatistic(pair);
  if (raw === null) return { reason: 'all values are equal' };
  const statistic = (raw - 1) / Math.sqrt(computeVariance(n, m));
  return toTestResult(statistic, interpolatePValue(statistic));
}

function midrankStatistic({ reference, current }: NumericPair): number | null {
  const [n, m] = [reference.length, current.length];
  const all = n + m;
  let [i, j] = [0, 0];
  let [sumReference, sumCurrent] = [0, 0];
  let groups = 0;
  while (i < n || j < m) {
    const x = i < n ? (reference[i] ?? 0) : Number.POSITIVE_INFINITY;
    const y = j < m ? (current[j] ?? 0) : Number.POSITIVE_INFINITY;
    const value = Math.min(x, y);
    const [fromI, fromJ] = [i, j];
    while (i < n && reference[i] === value) i += 1;
    while (j < m && current[j] === value) j += 1;
    const equal = i - fromI + j - fromJ;
    const below = fromI + fromJ + equal / 2;
    const weight = equal / all / (below * (all - below) - (all * equal) / 4);
    sumReference += weight * (all * ((fromI + i) / 2) - below * n) ** 2;
    sumCurrent += weight * (all * ((fromJ + j) / 2) - below * m) ** 2;
    groups += 1;
  }
  return groups < 2 ? null : ((sumReference / n + sumCurrent / m) * (all - 1)) / all;
}

function computeVariance(n: number, m: number): number {
  const all = n + m;
  const inverse = 1 / n + 1 / m;
  let harmonic = 0;
  let g = 0;
  for (let at = 2; at < all; at += 1) {
    harmonic += 1 / (all - at + 1);
    g += harmonic / at;
  }
  const h = harmonic + 1;
  const a = 4 * g - 6 + (10 - 6 * g) * inverse;
  const b = (2 * g - 4) * 4 + 16 * h + (2 * g - 14 * h - 4) * inverse - 8 * h + 4 * g - 6;
  const c = (6 * h + 2 * g - 2) * 4 + (4 * h - 4 * g + 6) * 2 + (2 * h - 6) * inverse + 4 * h;
  const d = (2 * h + 6) * 4 - 8 * h;
  return (a * all ** 3 + b * all ** 2 + c * all + d) / ((all - 1) * (all - 2) * (all - 3));
}

function interpolatePValue(statistic: number): number {
  if (statistic < (CRITICAL[0] ?? 0)) return LARGEST_LEVEL;
  if (statistic > (CRITICAL.at(-1) ?? 0)) return SMALLEST_LEVEL;
  const [constant, slope, bend] = quadratic(CRITICAL, LEVELS.map(Math.log));
  return Math.exp(constant + slope * statistic + bend * statistic ** 2);
}

/** Least-squares parabola through points, by the normal equations about their mean. */
function quadratic(xs: readonly number[], ys: readonly number[]): [number, number, number] {
  const centre = xs.reduce((sum, x) => sum + x, 0) / xs.length;
  const centred = xs.map((x) => x - centre);
  const sum = (of: (x: number, y: number) => number) => centred.reduce((all, x, at) => all + of(x, ys[at] ?? 0), 0);
  const count = xs.length;
  const [s2, s3, s4] = [sum((x) => x ** 2), sum((x) => x ** 3), sum((x) => x ** 4)];
  const [t0, t1, t2] = [sum((_, y) => y), sum((x, y) => x * y), sum((x, y) => x ** 2 * y)];
  // The first moment about the mean is zero.
  const determinant = count * s2 * s4 - count * s3 ** 2 - s2 ** 3;
  const bend = (count * s2 * t2 - count * s3 * t1 - s2 ** 2 * t0) / determinant;
  const slope = (t1 - bend * s3) / s2;
  const constant = (t0 - bend * s2) / count;
  return [constant - slope * centre + bend * centre ** 2, slope - 2 * bend * centre, bend];
}
