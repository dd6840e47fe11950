import { addSeasons } from '../decomposition/mstl.ts';
import type { Fit, History, Method } from '../history.ts';
import { type Autoregression, fitAutoregression, forecastAutoregression } from './fit.ts';

const LONGEST_HISTORY = 1000;
/** Cycles that must be known before a lag of one season is learned. */
const LEAST_CYCLES = 3;
const ORDERS = [0, 1, 2, 3, 4, 6, 8, 12, 16, 24];

interface Kind {
  readonly name: string;
  /** Of the values themselves, or of their changes from one to the next. */
  readonly of: 'values' | 'changes';
  /** Seasons taken off before and added behind, or learned as lags of one season. */
  readonly seasons: 'decomposed' | 'lagged';
}

/** Regression of the values on those before them; the number of lags by AICc. */
export const decomposedAr = createAutoregression({ name: 'mstl-ar', of: 'values', seasons: 'decomposed' });
/** The same for the differences, for series with a wandering level. */
export const decomposedAri = createAutoregression({ name: 'mstl-ari', of: 'changes', seasons: 'decomposed' });
/** Regression on the values before, and on those one season ago. */
export const laggedAr = createAutoregression({ name: 'lag-ar', of: 'values', seasons: 'lagged' });
/** The same of the changes. */
export const laggedAri = createAutoregression({ name: 'lag-ari', of: 'changes', seasons: 'lagged' });

function createAutoregression(kind: Kind): Method {
  const { name, of, seasons } = kind;
  const sourceOf = (history: History) => (seasons === 'lagged' ? history.values : history.parts().adjusted);
  const fit = (history: History): Fit => {
    const source = sourceOf(history);
    const skip = Math.max(0, source.length - LONGEST_HISTORY);
    const periods =
      seasons === 'lagged'
        ? history.periods.filter((period) => source.length - skip >= LEAST_CYCLES * period + LEAST_CYCLES)
        : [];
    const model = fitBestLags(transformSeries(source.subarray(skip), of), periods);
    return {
      forecast: (later, horizon) => {
        const whole = sourceOf(later);
        const values = transformSeries(whole.subarray(skip), of);
        const forecast =
          model === null ? forecastMean(values, horizon) : forecastAutoregression(model, values, horizon);
        if (of === 'changes') addUp(forecast, whole[whole.length - 1] as number);
        if (seasons === 'decomposed') addSeasons(forecast, later.parts());
        return forecast;
      },
      again: fit,
    };
  };
  return { name, fit };
}

function transformSeries(values: Float64Array, of: Kind['of']): Float64Array {
  if (of === 'values') return values;
  const result = new Float64Array(Math.max(0, values.length - 1));
  for (let at = 0; at < result.length; at += 1) result[at] = (values[at + 1] as number) - (values[at] as number);
  return result;
}

function forecastMean(values: Float64Array, horizon: number): Float64Array {
  let sum = 0;
  for (const value of values) sum += value;
  return new Float64Array(horizon).fill(values.length === 0 ? 0 : sum / values.length);
}

function addUp(forecast: Float64Array, last: number): void {
  let level = last;
  for (let step = 0; step < forecast.length; step += 1) {
    level += forecast[step] as number;
    forecast[step] = level;
  }
}

/** The number of neighbouring lags with the least AICc, all judged on the same values. */
function fitBestLags(values: Float64Array, periods: readonly number[]): Autoregression | null {
  const most = Math.min(Math.floor(8 * Math.log10(Math.max(2, values.length))), Math.floor(values.length / 6));
  const from = Math.max(1, most, ...periods.map((period) => period + 1));
  let best: Autoregression | null = null;
  for (const order of ORDERS) {
    if (order > most) break;
    const lags = Array.from({ length: order }, (_, index) => index + 1);
    for (const period of periods) {
      for (const lag of [period, period + 1]) if (!lags.includes(lag)) lags.push(lag);
    }
    const model = fitAutoregression(values, lags, from);
    if (model !== null && (best === null || model.aicc < best.aicc)) best = model;
  }
  return best;
}
