import { stl } from './stl.ts';

/** A decomposed series: values = adjusted + the sum of `seasonal`, one part for each period. */
export interface SeasonalParts {
  /** Values without their seasons. */
  readonly adjusted: Float64Array;
  readonly seasonal: readonly Float64Array[];
  readonly periods: readonly number[];
}

const ROUNDS = 2;
const FIRST_WINDOW = 11;
const WINDOW_STEP = 4;

/**
 * Decomposition into several seasons by repeated STL (Bandara, Hyndman and Bergmeir 2021). Each season in turn is estimated
 * from the series without the other seasons, the shortest first, in two rounds, with R's seasonal windows of 11, 15, …
 * cycles. Periods without two full cycles are left out.
 */
export function mstl(values: Float64Array, wanted: readonly number[]): SeasonalParts {
  const periods = wanted.filter((period) => period > 1 && values.length >= 2 * period);
  const seasonal = periods.map(() => new Float64Array(values.length));
  const adjusted = Float64Array.from(values);
  const rounds = periods.length > 1 ? ROUNDS : 1;
  for (let round = 0; round < rounds; round += 1) {
    for (const [index, period] of periods.entries()) {
      const part = seasonal[index] as Float64Array;
      for (let at = 0; at < part.length; at += 1) adjusted[at] = (adjusted[at] as number) + (part[at] as number);
      part.set(stl(adjusted, period, FIRST_WINDOW + WINDOW_STEP * index).seasonal);
      for (let at = 0; at < part.length; at += 1) adjusted[at] = (adjusted[at] as number) - (part[at] as number);
    }
  }
  return { adjusted, seasonal, periods };
}

/** Adds the season of the last cycle to each step of a forecast. */
export function addSeasons(forecast: Float64Array, { seasonal, periods }: SeasonalParts): void {
  for (const [index, period] of periods.entries()) {
    const part = seasonal[index] as Float64Array;
    const begin = part.length - period;
    for (let step = 0; step < forecast.length; step += 1) {
      forecast[step] = (forecast[step] as number) + (part[begin + (step % period)] as number);
    }
  }
}
