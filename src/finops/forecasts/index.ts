import type { Route } from '../../platform/http/index.ts';
import { forecastRoutes } from './routes.ts';

export { forecastSeries } from './forecast-series.ts';
export { studentQuantile } from './numbers/student.ts';

/** What comes next, with intervals that hold what they promise. */
export interface Forecasts {
  readonly routes: readonly Route[];
}

/** Makes the forecasts; `main.ts` calls it once. The calculations need no making: whoever has a series calls `forecastSeries`. */
export function createForecasts(): Forecasts {
  return { routes: forecastRoutes() };
}
