import { addSeasons } from '../decomposition/mstl.ts';
import type { Method } from '../history.ts';
import { type Autoregression, fitAutoregression, forecastAutoregression } from './fit.ts';

const LONGEST_HISTORY = 1000;

export function autoregressionMethod(name: string, difference: 0 | 1, seasonalLags: boolean): Method {
  return {
    name,
    fit: (history) => {
      const source = seasonalLags ? history.values : history.parts().adjusted;
      const skip = Math.max(0, source.length - LONGEST_HISTORY);
      const periods = seasonalLags ? history.periods.filter((period) => source.length - skip >= 3 * period) : [];
      const values = differenced(source.subarray(skip), difference);
      const model = bestOf(values, periods);
      return (later, horizon) => {
        const parts = later.parts();
        const whole = seasonalLags ? later.values : parts.adjusted;
        const forecast =
          model === null
            ? new Float64Array(horizon)
            : forecastAutoregression(model, differenced(whole.subarray(skip), difference), horizon);
        if (difference === 1) undo(forecast, whole[whole.length - 1] as number);
        if (!seasonalLags) addSeasons(forecast, parts);
        return forecast;
      };
    },
  };
}

function undo(forecast: Float64Array, last: number): void {
  let level = last;
  for (let step = 0; step < forecast.length; step += 1) {
    level += forecast[step] as number;
    forecast[step] = level;
  }
}

function differenced(values: Float64Array, times: 0 | 1): Float64Array {
  if (times === 0) return values;
  const result = new Float64Array(Math.max(0, values.length - 1));
  for (let at = 0; at < result.length; at += 1) result[at] = (values[at + 1] as number) - (values[at] as number);
  return result;
}

function bestOf(values: Float64Array, periods: readonly number[]): Autoregression | null {
  const most = Math.min(Math.floor(8 * Math.log10(Math.max(2, values.length))), Math.floor(values.length / 6), 24);
  const longest = Math.max(most, ...periods.map((period) => period + 2));
  const from = Math.max(1, longest);
  let best: Autoregression | null = null;
  for (const short of [0, 1, 2, 3, 4, 6, 8, 12, 16, 24]) {
    if (short > most) break;
    const lags = Array.from({ length: short }, (_, index) => index + 1);
    for (const period of periods) {
      for (const lag of [period, period + 1]) if (!lags.includes(lag)) lags.push(lag);
    }
    const model = fitAutoregression(values, lags, from);
    if (model !== null && (best === null || model.aicc < best.aicc)) best = model;
  }
  return best;
}
