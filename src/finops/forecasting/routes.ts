import { setImmediate } from 'node:timers/promises';
import { createOneAtATime } from '../../platform/concurrency/index.ts';
import { readSeries } from '../../platform/csv/index.ts';
import { handle, type Route } from '../../platform/http/index.ts';
import { buildSeriesReport } from './report.ts';
import { postSeriesFileForecast, postSeriesForecast, type SeriesForecastReport } from './schema.ts';

/** A forecast is CPU work, so forecasts run one after the other, and other requests are served between two of them. */
export function createForecastRoutes(): Route[] {
  const oneAtATime = createOneAtATime();
  const inTurn = (report: () => SeriesForecastReport): Promise<SeriesForecastReport> =>
    oneAtATime(async () => {
      await setImmediate();
      return report();
    });
  return [
    handle(postSeriesForecast, ({ body }) => inTurn(() => buildSeriesReport(body))),
    handle(postSeriesFileForecast, async ({ query, stream }) => {
      const rows = await readSeries(stream, query);
      const [times, values] = [rows.map(({ time }) => time), rows.map(({ value }) => value)];
      return inTurn(() => buildSeriesReport({ times, values, horizon: query.horizon, seasons: query.seasons }));
    }),
  ];
}
