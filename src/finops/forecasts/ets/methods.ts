import { addSeasons } from '../decomposition/mstl.ts';
import type { Method } from '../history.ts';
import { type EtsFit, fitEts, forecastEts } from './fit.ts';
import type { ErrorKind, EtsForm, Seasonality, Trend } from './recursion.ts';

/** A season longer than this is left to the decomposition: as many states are learned badly and slowly. */
const LONGEST_SEASON = 24;
const LONGEST_HISTORY = 500;

/** Exponential smoothing with a season, the form by AICc. */
export const etsMethod: Method = {
  name: 'ets',
  fit: ({ values, periods }) => {
    const period = periods[0] ?? 1;
    const seasonal = period > 1 && period <= LONGEST_SEASON && values.length >= 2 * period + 2;
    const skip = skipped(values.length);
    const recent = values.subarray(skip);
    const fit = bestOf(recent, formsOf(recent, seasonal), seasonal ? period : 1);
    return (history, horizon) => forecastEts(fit, history.values.subarray(skip), horizon);
  },
};

/** The series without its seasons by exponential smoothing, and the last cycle of each season added. */
export const decomposedEtsMethod: Method = {
  name: 'mstl-ets',
  fit: (history) => {
    const { adjusted } = history.parts();
    const skip = skipped(adjusted.length);
    const recent = adjusted.subarray(skip);
    const fit = bestOf(recent, formsOf(recent, false), 1);
    return (later, horizon) => {
      const parts = later.parts();
      const forecast = forecastEts(fit, parts.adjusted.subarray(skip), horizon);
      addSeasons(forecast, parts);
      return forecast;
    };
  },
};

function skipped(count: number): number {
  return Math.max(0, count - LONGEST_HISTORY);
}

function formsOf(values: Float64Array, seasonal: boolean): EtsForm[] {
  const positive = values.every((value) => value > 0);
  const trends: Trend[] = ['none', 'additive', 'damped'];
  const errors: ErrorKind[] = positive ? ['additive', 'multiplicative'] : ['additive'];
  const seasons: Seasonality[] = seasonal ? ['additive', 'multiplicative'] : ['none'];
  return trends.flatMap((trend) =>
    errors.flatMap((error) =>
      seasons
        .filter((seasonality) => seasonality !== 'multiplicative' || error === 'multiplicative')
        .map((seasonality) => ({ error, trend, seasonality })),
    ),
  );
}

function bestOf(values: Float64Array, forms: readonly EtsForm[], period: number): EtsFit {
  const fits = forms.map((form) => fitEts(values, form, period));
  return fits.reduce((best, next) => (next.aicc < best.aicc ? next : best));
}
