import type { SubscribesToEvents } from '../../platform/events/index.ts';
import type { Route } from '../../platform/http/index.ts';
import { ledgerForecastRoutes } from './ledger/routes.ts';
import { type LedgerForecastDeps, scheduleForecasts } from './ledger/service.ts';
import { forecastRoutes } from './routes.ts';

export { forecastSeries } from './forecast-series.ts';
export { forecastMigrations } from './ledger/migrations.ts';
/** Probability that a budget is exceeded in its present window; null without a forecast. */
export { breachOfBudget as findExpectedBreach } from './ledger/service.ts';
export { studentQuantile } from './numbers/student.ts';

/** Forecasts of cost, with calibrated intervals. */
export interface Forecasts {
  readonly routes: readonly Route[];
}

/** Creates the forecasts; the wiring calls it once. For a single series, call `forecastSeries` directly. */
export function createForecasts(deps: LedgerForecastDeps & SubscribesToEvents): Forecasts {
  scheduleForecasts(deps, deps.events);
  return {
    routes: [...forecastRoutes(), ...ledgerForecastRoutes(deps)],
  };
}
