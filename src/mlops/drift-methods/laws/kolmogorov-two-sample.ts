import { commonDivisor } from './common-divisor.ts';
import { kolmogorovTail } from './kolmogorov.ts';

/** The larger sample up to which the exact law is walked; the same limit as SciPy's `method="auto"`. */
const MOST_EXACT = 10_000;

/**
 * P(D >= d) for two samples of one continuous distribution: counted exactly over lattice paths up to 10,000 values a side;
 * above that the finite law of one sample of nm / (n + m) values, as SciPy does. With ties the true probability is smaller.
 * Example: `twoSampleTail(0.5, 10, 10)` = 0.1678….
 */
export function twoSampleTail(d: number, n: number, m: number): number {
  if (Math.max(n, m) > MOST_EXACT) {
    const tail = kolmogorovTail(d, roundHalfToEven((n * m) / (n + m)));
    return Math.min(1, Math.max(0, tail));
  }
  const divisor = commonDivisor(n, m);
  const steps = roundHalfToEven(d * (n / divisor) * m);
  if (steps === 0) return 1;
  const tail = n === m ? outsideSquare(n, steps) : outsideBand(Math.max(n, m), Math.min(n, m), divisor, steps);
  return Math.min(1, Math.max(0, tail));
}

function roundHalfToEven(value: number): number {
  const below = Math.floor(value);
  const rest = value - below;
  if (rest !== 0.5) return Math.round(value);
  return below % 2 === 0 ? below : below + 1;
}

/** Equal sizes: Gnedenko and Korolyuk's alternating sum of reflections, in Horner's form. */
function outsideSquare(n: number, steps: number): number {
  let sum = 0;
  for (let k = Math.floor(n / steps); k >= 0; k -= 1) {
    let term = 1;
    for (let j = 0; j < steps; j += 1) term = ((n - k * steps - j) * term) / (n + k * steps + j + 1);
    sum = term * (1 - sum);
  }
  return 2 * sum;
}

/**
 * Share of the paths from (0, 0) to (m, n), m >= n, that leave the band |nx - my| < steps * divisor (Hodges 1957). Each
 * column holds the share of paths to it that have left already, so that small probabilities keep their digits.
 */
function outsideBand(m: number, n: number, divisor: number, steps: number): number {
  const rise = m / divisor;
  const run = n / divisor;
  let first = 0;
  let end = Math.min(Math.ceil(steps / rise), n + 1);
  const column = new Float64Array(Math.min(2 * end + 2, n + 1)).fill(1);
  column.fill(0, first, end);
  for (let x = 1; x <= m; x += 1) {
    const [firstBefore, lengthBefore] = [first, end - first];
    first = Math.min(Math.max(Math.floor((run * x - steps) / rise) + 1, 0), n);
    end = Math.min(Math.ceil((run * x + steps) / rise), n + 1);
    if (end <= first) return 1;
    const moved = first - firstBefore;
    let value = first === 0 ? 0 : 1;
    for (let at = 0; at < end - first; at += 1) {
      const y = at + first;
      value = ((column[at + moved] ?? 1) * x + value * y) / (x + y);
      column[at] = value;
    }
    // Cells that have left the band never enter it again.
    column.fill(1, end - first, Math.max(end - first, lengthBefore));
  }
  return column[end - first - 1] ?? 1;
}
