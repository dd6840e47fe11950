import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { mstl } from '../decomposition/mstl.ts';
import { fitEts } from '../ets/fit.ts';
import { decomposedEts } from '../ets/methods.ts';
import { type EtsForm, etsForecast, etsLikelihood } from '../ets/recursion.ts';
import { historyOf } from '../history.ts';
import { seasonalNaive } from '../seasonal-naive.ts';
import { theta } from '../theta/methods.ts';

/** What `forecast` of R gives for the series that statsmodels is asked for too; r-forecast.R, beside it, writes the file. */
const numbers = z.array(z.number());
const read = (name: string): unknown => JSON.parse(readFileSync(new URL(name, import.meta.url), 'utf8'));
const given = z
  .object({ values: numbers, period: z.number(), several: z.object({ values: numbers, periods: numbers }) })
  .parse(read('statsmodels.json'));
const parameter = z.number().nullable();
const goldens = z
  .object({
    ets: z.array(
      z.object({
        name: z.string(),
        error: z.enum(['A', 'M']),
        trend: z.boolean(),
        season: z.enum(['N', 'A', 'M']),
        alpha: z.number(),
        beta: parameter,
        gamma: parameter,
        phi: parameter,
        level: z.number(),
        slope: parameter,
        seasons: numbers.nullable(),
        logLikelihood: z.number(),
        aicc: z.number(),
        forecast: numbers,
      }),
    ),
    seasonalNaive: numbers,
    theta: numbers,
    mstlEts: numbers,
    several: numbers,
  })
  .parse(read('r-forecast.json'));
const values = Float64Array.from(given.values);
const HORIZON = 18;
const kinds = { N: 'none', A: 'additive', M: 'multiplicative' } as const;
const errors = { A: 'additive', M: 'multiplicative' } as const;

/** The largest difference, as a share of the other. */
const apart = (one: ArrayLike<number>, other: readonly number[]) =>
  Math.max(...other.map((value, at) => Math.abs((one[at] as number) - value) / value));

describe('the figures of R’s forecast', () => {
  describe.each(goldens.ets)('of exponential smoothing, $name', (golden) => {
    const form: EtsForm = {
      error: errors[golden.error],
      trend: golden.trend ? 'damped' : 'none',
      seasonality: kinds[golden.season],
    };

    it('come out at its parameters', () => {
      const { alpha, beta, gamma, phi, level, slope, seasons } = golden;
      const state = { level, slope: slope ?? 0, season: Float64Array.from(seasons ?? [0]) };
      const smoothing = { alpha, beta: beta ?? 0, gamma: gamma ?? 0, phi: phi ?? 1 };
      expect(etsLikelihood(values, form, smoothing, state)).toBeCloseTo(-2 * golden.logLikelihood, 4);
      const forecast = etsForecast(state, form, phi ?? 1, values.length, HORIZON);
      // where error and season are multiplied R gives the mean of the distribution, a little above its recursion
      expect(apart(forecast, golden.forecast)).toBeLessThan(golden.season === 'M' ? 1e-3 : 1e-7);
    });

    it('are hardly likelier than what is found here', () => {
      const { smoothing, beginning } = fitEts(values, form, golden.season === 'N' ? 1 : given.period);
      const state = { ...beginning, season: Float64Array.from(beginning.season) };
      const likelihood = etsLikelihood(values, form, smoothing, state);
      // R searches the first seasons too; here they are those of the first cycles
      expect(likelihood + 2 * golden.logLikelihood).toBeLessThan(golden.season === 'N' ? 0.001 : 20);
    });
  });

  it('of what was one season ago', () => {
    const history = historyOf(values, [given.period]);
    expect(Array.from(seasonalNaive.fit(history).forecast(history, HORIZON))).toEqual(goldens.seasonalNaive);
  });

  it('of two seasons taken apart', () => {
    const { adjusted } = mstl(Float64Array.from(given.several.values), given.several.periods);
    expect(apart(adjusted, goldens.several)).toBeLessThan(1e-9);
  });

  it.each([
    ['theta, which is dynamic and optimised here and standard there', theta, goldens.theta],
    ['exponential smoothing without the season, of which R’s form may be another', decomposedEts, goldens.mstlEts],
  ] as const)('of %s, within 3 %%', (_, method, golden) => {
    const history = historyOf(values, [given.period]);
    expect(apart(method.fit(history).forecast(history, HORIZON), golden)).toBeLessThan(0.03);
  });
});
