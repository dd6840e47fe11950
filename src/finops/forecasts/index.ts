import type { Events } from '../../platform/events/index.ts';
import type { Route } from '../../platform/http/index.ts';
import type { ExpectedBreachOf } from '../budgets/index.ts';
import { ledgerForecastRoutes } from './ledger/routes.ts';
import { breachOfBudget, type LedgerForecastDeps, scheduleForecasts } from './ledger/service.ts';
import { forecastRoutes } from './routes.ts';

export { forecastSeries } from './forecast-series.ts';
export { forecastMigrations } from './ledger/migrations.ts';
export { studentQuantile } from './numbers/student.ts';

/** Forecasts of cost, with calibrated intervals. */
export interface Forecasts {
  /** Remakes the ledger forecasts when bills, rules, budgets or known changes change. */
  listen(events: Pick<Events, 'subscribe'>): void;
  /** Probability that a budget is exceeded in its present window; null without a forecast. */
  expectedBreach: ExpectedBreachOf;
  readonly routes: readonly Route[];
}

/** Creates the forecasts; `main.ts` calls it once. For a single series, call `forecastSeries` directly. */
export function createForecasts(deps: LedgerForecastDeps): Forecasts {
  return {
    listen: (events) => scheduleForecasts(deps, events),
    expectedBreach: breachOfBudget,
    routes: [...forecastRoutes(), ...ledgerForecastRoutes(deps)],
  };
}
