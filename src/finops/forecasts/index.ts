import type { Events } from '../../platform/events/index.ts';
import type { Route } from '../../platform/http/index.ts';
import type { ExpectedBreachOf } from '../budgets/index.ts';
import { ledgerForecastRoutes } from './ledger/routes.ts';
import { breachOfBudget, type LedgerForecastDeps, scheduleForecasts } from './ledger/service.ts';
import { forecastRoutes } from './routes.ts';

export { forecastSeries } from './forecast-series.ts';
export { forecastMigrations } from './ledger/migrations.ts';
export { studentQuantile } from './numbers/student.ts';

/** What comes next, with intervals that hold what they promise. */
export interface Forecasts {
  /** Makes the forecasts of the ledger anew when bills, rules, budgets or known changes do. */
  listen(events: Pick<Events, 'subscribe'>): void;
  /** How likely a budget is passed in its present window; null where there is no forecast of it. */
  expectedBreach: ExpectedBreachOf;
  readonly routes: readonly Route[];
}

/** Makes the forecasts; `main.ts` calls it once. The calculations need no making: whoever has a series calls `forecastSeries`. */
export function createForecasts(deps: LedgerForecastDeps): Forecasts {
  return {
    listen: (events) => scheduleForecasts(deps, events),
    expectedBreach: breachOfBudget,
    routes: [...forecastRoutes(), ...ledgerForecastRoutes(deps)],
  };
}
