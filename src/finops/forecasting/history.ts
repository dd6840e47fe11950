import { computeQuantile } from '../../platform/numbers/index.ts';
import { mstl, type SeasonalParts } from './decomposition/mstl.ts';

/** Number of neighbours on each side; their median is the typical value. */
const REACH = 7;
/** A value beyond the quartiles by more than this many interquartile ranges is an outlier. */
const RANGES = 2;

/**
 * Replaces outliers by their typical values. A value of the adjusted series is an outlier if its distance from the median of
 * its neighbours is more than two interquartile ranges beyond the quartiles of those distances. It is moved to that median.
 * At the end only the earlier neighbours count. Null without outliers.
 */
function replaceOutliers(values: Float64Array, adjusted: Float64Array): Float64Array | null {
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

/** The values of a series up to an instant, evenly spaced and without gaps, with intermediate results that its methods share. */
export interface History {
  readonly values: Float64Array;
  /** Lengths of its seasons in steps, ascending; empty when it has none. */
  readonly periods: readonly number[];
  /** The decomposition of the series; computed on first use. */
  parts(): SeasonalParts;
  /** The same history with outliers replaced; the same object if there are none. */
  cleaned(): History;
}

export function buildHistory(values: Float64Array, periods: readonly number[]): History {
  let parts: SeasonalParts | null = null;
  let cleaned: History | null = null;
  const history: History = {
    values,
    periods,
    parts: () => {
      parts ??= mstl(values, periods);
      return parts;
    },
    cleaned: () => {
      if (cleaned === null) {
        const usual = replaceOutliers(values, history.parts().adjusted);
        cleaned = usual === null ? history : buildHistory(usual, periods);
      }
      return cleaned;
    },
  };
  return history;
}

/** A fitted method; it also applies to a longer history with the same beginning. */
export interface Fit {
  /** Point forecasts of the steps after a history. */
  forecast(history: History, horizon: number): Float64Array;
  /** Re-estimates the parameters, with the same form. */
  again(history: History): Fit;
}

/** A way to forecast. */
export interface Method {
  readonly name: string;
  fit(history: History): Fit;
}
