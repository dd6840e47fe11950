import type { Method } from './history.ts';

/** What was one season ago, the longest season of which two cycles are known; without a season the last value. */
export const seasonalNaiveMethod: Method = {
  name: 'seasonal-naive',
  fit: () => (history, horizon) => {
    const { values, periods } = history;
    const period = periods.findLast((length) => values.length >= 2 * length) ?? 1;
    const result = new Float64Array(horizon);
    const begin = values.length - period;
    for (let step = 0; step < horizon; step += 1) result[step] = values[begin + (step % period)] as number;
    return result;
  },
};
