import { mstl, type SeasonalParts } from './decomposition/mstl.ts';

/** The values of a series up to an instant, evenly spaced and without gaps, and what its methods share. */
export interface History {
  readonly values: Float64Array;
  /** Lengths of its seasons in steps, ascending; empty when it has none. */
  readonly periods: readonly number[];
  /** The series taken apart; made when it is first asked for. */
  parts(): SeasonalParts;
}

export function historyOf(values: Float64Array, periods: readonly number[]): History {
  let parts: SeasonalParts | null = null;
  return {
    values,
    periods,
    parts: () => {
      parts ??= mstl(values, periods);
      return parts;
    },
  };
}

/** The point forecasts of the steps behind a history. */
export type Forecaster = (history: History, horizon: number) => Float64Array;

/** A way to forecast. What it learns of one history serves the longer ones that begin with it. */
export interface Method {
  readonly name: string;
  fit(history: History): Forecaster;
}
