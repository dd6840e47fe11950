import type { EtsForm } from './recursion.ts';

/** The state before the first value, as far as it can be guessed from the first cycles. */
export interface Beginning {
  readonly level: number;
  readonly slope: number;
  /** One element, 0 or 1, without a season. */
  readonly season: Float64Array;
  /** Size of a usual deviation, in the unit of the values; the search moves by it. */
  readonly scale: number;
}

const CYCLES = 4;
const POINTS = 10;

/** Seasons by the ratio or difference to a centred moving mean of the first cycles; level and slope by a line through the rest. */
export function estimateBeginning(values: Float64Array, form: EtsForm, period: number): Beginning {
  const multiplied = form.seasonality === 'multiplicative';
  const season = form.seasonality === 'none' ? Float64Array.of(0) : estimateSeason(values, period, multiplied);
  const count = Math.min(values.length, Math.max(POINTS, form.seasonality === 'none' ? 0 : 2 * period));
  let meanAt = 0;
  let mean = 0;
  const rest = new Float64Array(count);
  for (let at = 0; at < count; at += 1) {
    const factor = season[at % season.length] as number;
    rest[at] = multiplied ? (values[at] as number) / factor : (values[at] as number) - factor;
    mean += (rest[at] as number) / count;
    meanAt += at / count;
  }
  let cross = 0;
  let square = 0;
  for (let at = 0; at < count; at += 1) {
    cross += (at - meanAt) * ((rest[at] as number) - mean);
    square += (at - meanAt) ** 2;
  }
  const slope = form.trend === 'none' || square === 0 ? 0 : cross / square;
  const level = form.trend === 'none' ? mean : mean - slope * (meanAt + 1);
  return { level, slope, season, scale: computeScale(rest) };
}

function computeScale(values: Float64Array): number {
  let sum = 0;
  for (let at = 1; at < values.length; at += 1) {
    sum += Math.abs((values[at] as number) - (values[at - 1] as number));
  }
  return Math.max(sum / Math.max(1, values.length - 1), 1e-9);
}

function estimateSeason(values: Float64Array, period: number, multiplied: boolean): Float64Array {
  const count = Math.min(values.length, CYCLES * period);
  const sums = new Float64Array(period);
  const counts = new Float64Array(period);
  const half = period >> 1;
  const even = period % 2 === 0;
  for (let at = half; at + half < count; at += 1) {
    let mean = 0;
    for (let near = at - half; near <= at + half; near += 1) {
      const share = even && (near === at - half || near === at + half) ? 0.5 : 1;
      mean += share * (values[near] as number);
    }
    mean /= period;
    const value = values[at] as number;
    const phase = at % period;
    sums[phase] = (sums[phase] as number) + (multiplied ? value / mean : value - mean);
    counts[phase] = (counts[phase] as number) + 1;
  }
  const neutral = multiplied ? 1 : 0;
  let total = 0;
  for (let phase = 0; phase < period; phase += 1) {
    const value = (counts[phase] as number) > 0 ? (sums[phase] as number) / (counts[phase] as number) : neutral;
    sums[phase] = multiplied ? Math.max(value, 0.01) : value;
    total += (sums[phase] as number) / period;
  }
  for (let phase = 0; phase < period; phase += 1) {
    sums[phase] = multiplied ? (sums[phase] as number) / total : (sums[phase] as number) - total;
  }
  return sums;
}
