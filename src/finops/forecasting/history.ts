import { mstl, type SeasonalParts } from './decomposition/mstl.ts';
import { replaceOutliers } from './outliers.ts';

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
