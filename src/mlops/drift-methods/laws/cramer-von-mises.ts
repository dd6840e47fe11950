import { computeLogGamma } from '../../../platform/numbers/index.ts';
import { commonDivisor } from './common-divisor.ts';

/** Evidently (and SciPy) stop the series at terms below this, so p-values under it are rounding. */
const LAST_TERM = 1e-7;
const STEP = 0.1;
const UNDERFLOW = 745;

/** Limit law of Cramér and von Mises's statistic, P(W <= x), by the series of Csörgő and Faraway (1996). */
export function cramerVonMisesLimit(x: number): number {
  let sum = 0;
  for (let k = 0; ; k += 1) {
    const odd = 4 * k + 1;
    const q = odd ** 2 / (16 * x);
    const scale = Math.exp(computeLogGamma(k + 0.5) - computeLogGamma(k + 1)) / (Math.PI ** 1.5 * Math.sqrt(x));
    const term = scale * Math.sqrt(odd) * Math.exp(-q) * besselQuarter(q);
    sum += term;
    if (Math.abs(term) < LAST_TERM) return sum;
  }
}

/** Modified Bessel function K of order 1/4: the integral of exp(-x cosh t) cosh(t / 4), on which the trapezoid rule is exact. */
function besselQuarter(x: number): number {
  let sum = Math.exp(-x) / 2;
  for (let t = STEP; x * Math.cosh(t) < UNDERFLOW; t += STEP) sum += Math.exp(-x * Math.cosh(t)) * Math.cosh(t / 4);
  return sum * STEP;
}

/**
 * P(U >= u) for two small samples without ties, counted over all orders: Anderson (1962), by the recursion of Xiao, Gordon and
 * Yakovlev (2006). `u` is Anderson's U, the weighted sum of squared rank differences.
 */
export function cramerVonMisesExact(u: number, m: number, n: number): number {
  const multiple = (m * n) / commonDivisor(m, n);
  const [a, b] = [multiple / m, multiple / n];
  const product = m * n;
  const least = Math.floor((multiple ** 2 * (m + n) * (6 * u - product * (4 * product - 1))) / (6 * product ** 2));
  let columns: ReadonlyMap<number, number>[] = Array.from({ length: m + 1 }, (_, v) => (v === 0 ? START : EMPTY));
  for (let y = 0; y <= n; y += 1) {
    let before: ReadonlyMap<number, number> = EMPTY;
    columns = columns.map((column, x) => {
      before = addShifted(before, column, (a * x - b * y) ** 2);
      return before;
    });
  }
  let [above, all] = [0, 0];
  for (const [value, count] of columns[m] ?? EMPTY) {
    all += count;
    if (value >= least) above += count;
  }
  return above / all;
}

const START: ReadonlyMap<number, number> = new Map([[0, 1]]);
const EMPTY: ReadonlyMap<number, number> = new Map();

function addShifted(a: ReadonlyMap<number, number>, b: ReadonlyMap<number, number>, by: number): Map<number, number> {
  const sum = new Map<number, number>();
  for (const counts of [a, b]) {
    for (const [value, count] of counts) sum.set(value + by, (sum.get(value + by) ?? 0) + count);
  }
  return sum;
}
