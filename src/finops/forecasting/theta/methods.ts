import { addSeasons } from '../decomposition/mstl.ts';
import type { Fit, Method } from '../history.ts';
import { minimise } from '../numbers/nelder-mead.ts';
import { computeThetaForecast, computeThetaSquares, type Theta } from './recursion.ts';

const SKIPPED_ERRORS = 3;
const LONGEST_HISTORY = 500;
const EVALUATIONS = 80;
const LEAST_ALPHA = 0.01;
const MOST_ALPHA = 0.99;
const MOST_THETA = 8;

/** Dynamic optimised theta of the series without its seasons, and the last cycle of each season added. */
export const theta: Method = {
  name: 'theta',
  fit: (history): Fit => {
    const { adjusted } = history.parts();
    const skip = Math.max(0, adjusted.length - LONGEST_HISTORY);
    const fitted = fitTheta(adjusted.subarray(skip));
    return {
      forecast: (later, horizon) => {
        const parts = later.parts();
        const forecast = computeThetaForecast(parts.adjusted.subarray(skip), fitted, horizon);
        addSeasons(forecast, parts);
        return forecast;
      },
      again: theta.fit,
    };
  },
};

/** The theta parameters with the smallest sum of squared one-step errors. */
export function fitTheta(values: Float64Array): Theta {
  let scale = 0;
  for (const value of values) scale = Math.max(scale, Math.abs(value - (values[0] as number)));
  const first = values[0] as number;
  const at = (point: Float64Array): Theta => ({
    alpha: point[0] as number,
    theta: point[1] as number,
    level: first / 2 + (point[2] as number) * scale,
  });
  const best = minimise((point) => computeThetaSquares(values, at(point), SKIPPED_ERRORS), {
    start: Float64Array.of(0.5, 2, 0),
    low: Float64Array.of(LEAST_ALPHA, 1, -1),
    high: Float64Array.of(MOST_ALPHA, MOST_THETA, 1),
    most: EVALUATIONS,
  });
  return at(best);
}
