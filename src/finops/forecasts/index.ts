import type { SubscribesToEvents } from '../../platform/events/index.ts';
import type { Route } from '../../platform/http/index.ts';
import { createForecastRoutes } from '../forecasting/index.ts';
import { createLedgerForecastRoutes } from './routes.ts';
import { type LedgerForecastDeps, scheduleForecasts } from './service.ts';

export { forecastMigrations } from './migrations.ts';
/** `findExpectedBreach`: probability that a budget is exceeded in its present window; null without a forecast. */
export { FORECASTS_JOB, findBreachOfBudget as findExpectedBreach } from './service.ts';

/** Forecasts of cost, with calibrated intervals. */
export interface Forecasts {
  readonly routes: readonly Route[];
}

/** Creates the forecasts; the wiring calls it once. */
export function createForecasts(deps: LedgerForecastDeps & SubscribesToEvents): Forecasts {
  scheduleForecasts(deps, deps.events);
  return {
    routes: [...createForecastRoutes(), ...createLedgerForecastRoutes(deps)],
  };
}
