import { decimal, type Instant } from '../../platform/units/index.ts';
import { projectSpend } from './even-burn.ts';
import type { ExpectedBreach } from './notices/expected-breach.ts';
import type { ForecastBasis } from './schema.ts';
import type { Window } from './window.ts';

/**
 * Expected spend of a budget at the end of its window, and the method that gave it; both null while the spend is unknown.
 */
interface ExpectedSpend {
  readonly amount: string | null;
  readonly basis: ForecastBasis | null;
}

/**
 * The one figure for the end of a window. It is the forecast of the budget, if one exists for this window and is not below
 * the current spend (a forecast covers bills; the metered spend may be higher). Otherwise it is the projection by the
 * average rate so far.
 * Example: 300 spent in 10 of 30 days, forecast 950 -> 950 by forecast; without a forecast 900 by projection.
 */
export function computeExpectedSpend(
  spent: string | null,
  window: Window,
  now: Instant,
  forecast: Pick<ExpectedBreach, 'mean' | 'start'> | null,
): ExpectedSpend {
  const isOfWindow = forecast !== null && Date.parse(forecast.start) === window.start;
  if (isOfWindow && decimal(forecast.mean).greaterThanOrEqualTo(spent ?? 0)) {
    return { amount: forecast.mean, basis: 'forecast' };
  }
  const amount = projectSpend(spent, window, now);
  return { amount, basis: amount === null ? null : 'evenBurn' };
}
