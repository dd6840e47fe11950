import { decimal, type Instant } from '../../platform/units/index.ts';
import { evenBurn } from './even-burn.ts';
import type { ExpectedBreach } from './notices/expected-breach.ts';
import type { ForecastBasis } from './schema.ts';
import type { Window } from './window.ts';

/** What a budget will have spent at the end of its window, and by which calculation; both null while nothing is known. */
interface ExpectedSpend {
  readonly amount: string | null;
  readonly basis: ForecastBasis | null;
}

/**
 * The one figure for the end of a window: the forecast of the budget, where there is one for this window that is not below what is
 * spent already (a forecast is of bills; more may have been metered), otherwise the even burn.
 * Example: 300 spent in 10 of 30 days, forecast 950 -> 950 by forecast; without a forecast 900 by even burn.
 */
export function expectedSpend(
  spent: string | null,
  window: Window,
  now: Instant,
  forecast: Pick<ExpectedBreach, 'mean' | 'start'> | null,
): ExpectedSpend {
  const isOfWindow = forecast !== null && Date.parse(forecast.start) === window.start;
  if (isOfWindow && decimal(forecast.mean).greaterThanOrEqualTo(spent ?? 0)) {
    return { amount: forecast.mean, basis: 'forecast' };
  }
  const amount = evenBurn(spent, window, now);
  return { amount, basis: amount === null ? null : 'evenBurn' };
}
