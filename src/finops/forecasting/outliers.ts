import { computeQuantile } from '../../platform/numbers/index.ts';

/** Number of neighbours on each side; their median is the typical value. */
const REACH = 7;
/** A value beyond the quartiles by more than this many interquartile ranges is an outlier. */
const RANGES = 2;

/**
 * Replaces outliers by their typical values. A value of the adjusted series is an outlier if its distance from the median of
 * its neighbours is more than two interquartile ranges beyond the quartiles of those distances. It is moved to that median.
 * At the end only the earlier neighbours count. Null without outliers.
 */
export function replaceOutliers(values: Float64Array, adjusted: Float64Array): Float64Array | null {
  if (values.length === 0) return null;
  const distances = new Float64Array(values.length);
  const near = new Float64Array(2 * REACH + 1);
  for (let at = 0; at < values.length; at += 1) {
    distances[at] = (adjusted[at] as number) - computeMedianAround(adjusted, at, near);
  }
  const ordered = Float64Array.from(distances).sort();
  const low = computeQuantile(ordered, 0.25) as number;
  const high = computeQuantile(ordered, 0.75) as number;
  const reach = RANGES * (high - low);
  if (reach <= 0) return null;
  let cleaned: Float64Array | null = null;
  for (let at = 0; at < values.length; at += 1) {
    const distance = distances[at] as number;
    if (distance <= high + reach && distance >= low - reach) continue;
    cleaned ??= Float64Array.from(values);
    cleaned[at] = (values[at] as number) - distance;
  }
  return cleaned;
}

/** By insertion into a short ordered array: quicker than to sort so few. */
function computeMedianAround(values: Float64Array, at: number, near: Float64Array): number {
  const from = Math.max(0, at - REACH);
  const to = Math.min(values.length - 1, at + REACH);
  let count = 0;
  for (let index = from; index <= to; index += 1) {
    const value = values[index] as number;
    let place = count;
    while (place > 0 && (near[place - 1] as number) > value) {
      near[place] = near[place - 1] as number;
      place -= 1;
    }
    near[place] = value;
    count += 1;
  }
  return near[count >> 1] as number;
}
