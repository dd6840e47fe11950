import type { Fit, Method } from './history.ts';

const fit: Fit = {
  forecast: ({ values, periods }, horizon) => {
    const period = periods.findLast((length) => values.length >= 2 * length) ?? 1;
    const result = new Float64Array(horizon);
    const begin = values.length - period;
    for (let step = 0; step < horizon; step += 1) result[step] = values[begin + (step % period)] as number;
    return result;
  },
  again: () => fit,
};

/** The value of one season ago, for the longest season with two known cycles; without a season the last value. */
export const seasonalNaive: Method = { name: 'seasonal-naive', fit: () => fit };
