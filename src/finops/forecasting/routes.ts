import { setImmediate } from 'node:timers/promises';
import { readSeries } from '../../platform/csv/index.ts';
import { handle, type Route } from '../../platform/http/index.ts';
import { seriesReport } from './report.ts';
import { postSeriesFileForecast, postSeriesForecast, type SeriesForecastReport } from './schema.ts';

/** Forecasts are nothing but work for the processor: others are let in between two of them. */
export function forecastRoutes(): Route[] {
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = (report: () => SeriesForecastReport): Promise<SeriesForecastReport> => {
    const turn = last.then(async () => {
      await setImmediate();
      return report();
    });
    last = turn.catch(() => null); // the caller receives the error; the next request continues
    return turn;
  };
  return [
    handle(postSeriesForecast, ({ body }) => inTurn(() => seriesReport(body))),
    handle(postSeriesFileForecast, async ({ query, stream }) => {
      const rows = await readSeries(stream, query);
      const [times, values] = [rows.map(({ time }) => time), rows.map(({ value }) => value)];
      return inTurn(() => seriesReport({ times, values, horizon: query.horizon, seasons: query.seasons }));
    }),
  ];
}
