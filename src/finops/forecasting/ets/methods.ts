import { addSeasons } from '../decomposition/mstl.ts';
import type { Fit, Method } from '../history.ts';
import { type EtsFit, fitEts, forecastEts } from './fit.ts';
import type { ErrorKind, EtsForm, Seasonality, Trend } from './recursion.ts';

/** A longer season is left to the decomposition: so many states are estimated poorly and slowly. */
export const LONGEST_ETS_SEASON = 24;
const LONGEST_HISTORY = 400;

/** Exponential smoothing with one season in the model; the form by AICc. */
export const seasonalEts: Method = {
  name: 'ets',
  fit: ({ values, periods }) => {
    const period = periods[0] ?? 1;
    const recent = values.subarray(countSkipped(values.length));
    const fitted = (form: EtsForm, skip: number, learned: Float64Array): Fit => {
      const fit = fitEts(learned, form, period);
      return {
        forecast: (later, horizon) => forecastEts(fit, later.values.subarray(skip), horizon),
        again: (later) => {
          const begin = countSkipped(later.values.length);
          return fitted(form, begin, later.values.subarray(begin));
        },
      };
    };
    return fitted(fitBestForm(recent, listForms(recent, true), period).form, countSkipped(values.length), recent);
  },
};

/** The series without its seasons by exponential smoothing, and the last cycle of each season added. */
export const decomposedEts: Method = {
  name: 'mstl-ets',
  fit: (history) => {
    const adjusted = history.parts().adjusted;
    const recent = adjusted.subarray(countSkipped(adjusted.length));
    const fitted = (form: EtsForm, skip: number, learned: Float64Array): Fit => {
      const fit = fitEts(learned, form, 1);
      return {
        forecast: (later, horizon) => {
          const parts = later.parts();
          const forecast = forecastEts(fit, parts.adjusted.subarray(skip), horizon);
          addSeasons(forecast, parts);
          return forecast;
        },
        again: (later) => {
          const begin = countSkipped(later.values.length);
          return fitted(form, begin, later.parts().adjusted.subarray(begin));
        },
      };
    };
    return fitted(fitBestForm(recent, listForms(recent, false), 1).form, countSkipped(adjusted.length), recent);
  },
};

function countSkipped(count: number): number {
  return Math.max(0, count - LONGEST_HISTORY);
}

function listForms(values: Float64Array, seasonal: boolean): EtsForm[] {
  const positive = values.every((value) => value > 0);
  const trends: Trend[] = ['none', 'damped'];
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

function fitBestForm(values: Float64Array, forms: readonly EtsForm[], period: number): EtsFit {
  const fits = forms.map((form) => fitEts(values, form, period));
  return fits.reduce((best, next) => (next.aicc < best.aicc ? next : best));
}
