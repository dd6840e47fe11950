import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { fitAutoregression, forecastAutoregression } from '../autoregression/fit.ts';
import { mstl } from '../decomposition/mstl.ts';
import { stl } from '../decomposition/stl.ts';
import { fitEts } from '../ets/fit.ts';
import { computeEtsForecast, computeEtsLikelihood, type EtsForm } from '../ets/recursion.ts';

/**
 * Reference figures from statsmodels 0.15.0 (numpy seed 20261126): `STL` with the windows and jumps of R, the loop of R's
 * `mstl` over it, `ETSModel.smooth` at given parameters and `ETSModel.fit`, `AutoReg.fit`. The decompositions have six
 * digits. MAdM at given parameters is by the equations of Hyndman et al. (2008) in Python: statsmodels updates the season
 * differently.
 */
const numbers = z.array(z.number());
const goldens = z
  .object({
    values: numbers,
    stl: z.object({ trend: numbers, seasonal: numbers }),
    several: z.object({ values: numbers, periods: numbers, adjusted: numbers }),
    ets: z.array(
      z.object({
        name: z.string(),
        error: z.enum(['add', 'mul']),
        damped: z.boolean(),
        season: z.enum(['add', 'mul']).nullable(),
        initial: numbers.nullable(),
        likelihood: z.number(),
        forecast: numbers,
        bestLikelihood: z.number(),
      }),
    ),
    autoregression: z.object({ lags: numbers, parameters: numbers, forecast: numbers }),
  })
  .parse(JSON.parse(readFileSync(new URL('statsmodels.json', import.meta.url), 'utf8')));
const values = Float64Array.from(goldens.values);
const kinds = { add: 'additive', mul: 'multiplicative' } as const;

function expectClose(actual: ArrayLike<number>, expected: readonly number[], digits: number): void {
  expect(actual.length).toBe(expected.length);
  for (const [index, value] of expected.entries()) expect(actual[index]).toBeCloseTo(value, digits);
}

describe('statsmodels’ figures', () => {
  it('of a decomposition by STL', () => {
    const { trend, seasonal } = stl(values, 12, 11);
    expectClose(trend, goldens.stl.trend, 4);
    expectClose(seasonal, goldens.stl.seasonal, 4);
  });

  it('of two seasons', () => {
    const { several } = goldens;
    expectClose(mstl(Float64Array.from(several.values), several.periods).adjusted, several.adjusted, 4);
  });

  describe.each(goldens.ets)('of exponential smoothing, $name', (golden) => {
    const form: EtsForm = {
      error: kinds[golden.error],
      trend: golden.damped ? 'damped' : 'none',
      seasonality: golden.season === null ? 'none' : kinds[golden.season],
    };
    const period = golden.season === null ? 1 : 12;

    it('at given parameters', () => {
      const state = {
        level: 118,
        slope: golden.damped ? 0.3 : 0,
        season: Float64Array.from(golden.initial ?? [0]),
      };
      const phi = golden.damped ? 0.95 : 1;
      const smoothing = { alpha: 0.35, beta: golden.damped ? 0.05 : 0, gamma: golden.season === null ? 0 : 0.1, phi };
      expect(computeEtsLikelihood(values, form, smoothing, state)).toBeCloseTo(golden.likelihood, 6);
      expectClose(computeEtsForecast(state, form, phi, values.length, 18), golden.forecast, 6);
    });

    it('at the likeliest parameters', () => {
      const fit = fitEts(values, form, period);
      const { level, slope, season } = fit.beginning;
      const state = { level, slope, season: Float64Array.from(season) };
      const likelihood = computeEtsLikelihood(values, form, fit.smoothing, state);
      // statsmodels searches the seasons too; here they are those of the first cycles
      expect(likelihood - golden.bestLikelihood).toBeLessThan(golden.season === null ? 0.5 : 20);
    });
  });

  it('of a regression on lags', () => {
    const { lags, parameters, forecast } = goldens.autoregression;
    const model = fitAutoregression(values, lags, 12);
    if (model === null) throw new Error('no model');
    expectClose([model.constant, ...model.weights], parameters, 4);
    expectClose(forecastAutoregression(model, values, 12), forecast, 4);
  });
});
