import { join } from 'node:path';
import { forecastSeries } from '../src/finops/forecasting/index.ts';
import { postSeriesForecast } from '../src/finops/forecasting/schema.ts';
import { buildUrl } from '../src/platform/contract/schema.ts';
import type { CaseContext } from './case-context.ts';
import { type BenchSeries, benchSeries } from './forecast-series.ts';
import { Connection } from './http-load.ts';
import type { CaseReport, Figure } from './report.ts';
import { percentile } from './statistics.ts';
import { startSteelyard } from './steelyard.ts';

const SUBJECT = 'Steelyard';
const MEDIAN = 0.5;
const SLOW = 0.95;

/** A thousand series of four kinds, one behind the other over HTTP, as a sheet of costs is forecast. */
export async function measureForecasts({ options, folder, report }: CaseContext): Promise<CaseReport> {
  await using server = await startSteelyard(join(folder, 'forecasts'));
  using connection = new Connection();
  const url = `${server.url}${buildUrl(postSeriesForecast, {})}`;
  const bodies = Array.from({ length: options.forecastSeries }, (_, number) => JSON.stringify(benchSeries(number)));
  report(`forecasts: ${bodies.length} series`);
  const eachMs: number[] = [];
  const startedAt = performance.now();
  for (const body of bodies) {
    const askedAt = performance.now();
    postSeriesForecast.response.parse(await connection.json({ method: 'POST', url, body }));
    eachMs.push(performance.now() - askedAt);
  }
  const seconds = (performance.now() - startedAt) / 1000;
  const insideMs = bodies.map((_, number) => insideOnce(benchSeries(number)));
  const figure = (measure: string, unit: Figure['unit'], value: number): Figure => ({
    measure,
    subject: SUBJECT,
    unit,
    values: [value],
  });
  const whole = figure(`${bodies.length} series`, 's', seconds);
  const inside = figure('a series in process, median', 'ms', percentile(insideMs, MEDIAN));
  const median = figure('a series, median', 'ms', percentile(eachMs, MEDIAN));
  const slow = figure('a series, p95', 'ms', percentile(eachMs, SLOW));
  return {
    name: 'forecasts',
    title: `Forecasts (${bodies.length} series of days, months, hours and weeks, with back-test and intervals)`,
    subjects: [SUBJECT],
    comparisons: [whole, median, slow, inside].map((one) => ({ measure: one.measure, figures: [one] })),
    budgets: [
      { what: `${bodies.length} series`, limit: (45 * bodies.length) / 1000, figure: whole },
      { what: 'a series, median', limit: 30, figure: median },
      { what: 'a series in process, median', limit: 30, figure: inside },
    ],
    notes: [
      'By HTTP to a server on the same machine, one request behind the other: 110 to 900 values with gaps, horizons of 13 to 56 steps; `bench/forecast-series.ts` makes them.',
      'How right they are is in [forecasts.md](forecasts.md#measured).',
    ],
  };
}

function insideOnce({ values, horizon, seasons = [] }: BenchSeries): number {
  const series = values.map((value) => value ?? Number.NaN);
  const startedAt = performance.now();
  forecastSeries(series, { horizon, seasons, levels: [0.8, 0.95] });
  return performance.now() - startedAt;
}
