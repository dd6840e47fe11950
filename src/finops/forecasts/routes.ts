import { setImmediate } from 'node:timers/promises';
import { handle, type Route } from '../../platform/http/index.ts';
import { seriesReport } from './report.ts';
import { postSeriesForecast } from './schema.ts';

/** Forecasts are nothing but work for the processor: others are let in between two of them. */
export function forecastRoutes(): Route[] {
  let last: Promise<unknown> = Promise.resolve();
  return [
    handle(postSeriesForecast, ({ body }) => {
      const report = last.then(async () => {
        await setImmediate();
        return seriesReport(body);
      });
      last = report.catch(() => null); // whoever asked is told; the next begins
      return report;
    }),
  ];
}
