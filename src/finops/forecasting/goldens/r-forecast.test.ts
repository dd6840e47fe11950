import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { mstl } from '../decomposition/mstl.ts';
import { type EtsFit, fitEts, forecastEts } from '../ets/fit.ts';
import { decomposedEts } from '../ets/methods.ts';
import { computeEtsForecast, computeEtsLikelihood, type EtsForm } from '../ets/recursion.ts';
import { buildHistory } from '../history.ts';
import { seasonalNaive } from '../seasonal-naive.ts';
import { computeThetaForecast } from '../theta/recursion.ts';

/** Results of R's `forecast` on seeded series; r-forecast.R in this folder writes them. */
const numbers = z.array(z.number());
const EtsGolden = z.object({
  form: z.string(),
  ...{ alpha: z.number(), beta: z.number(), gamma: z.number(), phi: z.number() },
  ...{ level: z.number(), slope: z.number(), season: numbers },
  ...{ likelihood: z.number(), aicc: z.number(), forecast: numbers, path: numbers },
});
const { series } = z
  .object({
    about: z.string(),
    series: z.array(
      z.object({
        name: z.string(),
        period: z.number(),
        values: numbers,
        naive: numbers,
        ets: z.array(EtsGolden),
        theta: z.object({ alpha: z.number(), level: z.number(), forecast: numbers }),
        adjusted: numbers.nullish(),
        stlf: numbers.nullish(),
      }),
    ),
  })
  .parse(JSON.parse(readFileSync(new URL('r-forecast.json', import.meta.url), 'utf8')));
type Golden = (typeof series)[number];

const HORIZON = 18;
const parts = { A: 'additive', M: 'multiplicative', N: 'none' } as const;

function formOf(name: string): EtsForm {
  const [error, trend, seasonality] = [...name].map((letter) => parts[letter as keyof typeof parts]);
  if (error === undefined || error === 'none' || seasonality === undefined) throw new Error(`no form ${name}`);
  return { error, trend: trend === 'none' ? 'none' : 'damped', seasonality };
}

/** Mean change from one value to the next, or from one season to the next if there is one: the unit of the differences below. */
function unitOf({ values, period }: Golden): number {
  const changes = values.slice(period).map((value, at) => Math.abs(value - (values[at] ?? Number.NaN)));
  return changes.reduce((sum, change) => sum + change, 0) / changes.length;
}

/** The largest difference, in those units. */
function farthest(actual: Float64Array, expected: readonly number[], unit: number): number {
  expect(actual.length).toBe(expected.length);
  return Math.max(...expected.map((value, at) => Math.abs((actual[at] as number) - value))) / unit;
}

const each = series.flatMap((golden) =>
  golden.ets.map((ets) => ({ name: `${golden.name} by ${ets.form}`, golden, ets })),
);
const seasonalOnes = series.filter(({ period }) => period > 1);
const plainOnes = series.filter(({ period }) => period === 1);

describe('R’s figures', () => {
  it.each(series)('of the seasonal naive method: $name', (golden) => {
    const periods = golden.period > 1 ? [golden.period] : [];
    const history = buildHistory(Float64Array.from(golden.values), periods);
    expect([...seasonalNaive.fit(history).forecast(history, HORIZON)]).toEqual(golden.naive);
  });

  it.each(each)('of exponential smoothing at R’s parameters: $name', ({ golden, ets }) => {
    const { alpha, beta, gamma, phi, level, slope } = ets;
    const form = formOf(ets.form);
    const state = { level, slope, season: Float64Array.from(ets.season.length === 0 ? [0] : ets.season) };
    const values = Float64Array.from(golden.values);
    expect(computeEtsLikelihood(values, form, { alpha, beta, gamma, phi }, state)).toBeCloseTo(ets.likelihood, 5);
    const forecast = computeEtsForecast(state, form, phi, values.length, HORIZON);
    expect(farthest(forecast, ets.path, unitOf(golden))).toBeLessThan(1e-7);
    // R's forecast for M?M is the exact mean, which has terms of the variance: ours is the path.
    const isExact = ets.form.startsWith('M') && ets.form.endsWith('M');
    expect(farthest(forecast, ets.forecast, unitOf(golden))).toBeLessThan(isExact ? 0.05 : 1e-7);
  });

  it.each(each)('of exponential smoothing at parameters of our own: $name', ({ golden, ets }) => {
    const values = Float64Array.from(golden.values);
    const fit: EtsFit = fitEts(values, formOf(ets.form), golden.period);
    const { level, slope, season } = fit.beginning;
    const state = { level, slope, season: Float64Array.from(season) };
    const likelihood = computeEtsLikelihood(values, fit.form, fit.smoothing, state);
    // The criterion of Akaike counts the same parameters.
    expect(fit.aicc - likelihood).toBeCloseTo(ets.aicc - ets.likelihood, 6);
    // R searches the seasons too; here they are those of the first cycles. In some series its search ends earlier than ours.
    const isSeasonal = golden.period > 1;
    expect(likelihood - ets.likelihood).toBeLessThan(isSeasonal ? 22 : 1);
    const distance = farthest(forecastEts(fit, values, HORIZON), ets.path, unitOf(golden));
    expect(distance).toBeLessThan(isSeasonal ? 0.65 : 0.06);
  });

  it.each(plainOnes)('of theta: $name', (golden) => {
    const values = Float64Array.from(golden.values);
    const { alpha, level, forecast } = golden.theta;
    const standard = computeThetaForecast(values, { alpha, level, theta: 2 }, HORIZON);
    expect(farthest(standard.subarray(0, 1), forecast.slice(0, 1), unitOf(golden))).toBeLessThan(1e-7);
    // Ours is the dynamic model, which updates its line with its own forecasts; R's line stays fixed.
    expect(farthest(standard, forecast, unitOf(golden))).toBeLessThan(0.07);
  });

  it.each(seasonalOnes)('of a decomposition by MSTL, and of smoothing behind it: $name', (golden) => {
    const values = Float64Array.from(golden.values);
    const { adjusted } = mstl(values, [golden.period]);
    const history = buildHistory(values, [golden.period]);
    expect(farthest(adjusted, golden.adjusted ?? [], unitOf(golden))).toBeLessThan(1e-7);
    // R's `stlf` may take a trend that is not damped, which ours never is.
    const distance = farthest(decomposedEts.fit(history).forecast(history, HORIZON), golden.stlf ?? [], unitOf(golden));
    expect(distance).toBeLessThan(golden.name === 'weekly' ? 1e-4 : 1);
  });
});
