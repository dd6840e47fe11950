import type { ForecastDetail } from '../../../src/finops/forecasts/schema.ts';
import { sumDecimals } from '../../../src/platform/units/schema.ts';

export interface SoFar {
  readonly amount: string;
  /** Last whole day; null while no day of the window is complete: the amount is then all that was charged. */
  readonly through: string | null;
}

/** Effective cost of a window to date, as on the overview and in the budgets. */
export function findSoFar({
  forecast,
  standing,
  history,
}: Pick<ForecastDetail, 'forecast' | 'standing' | 'history'>): SoFar {
  const first = forecast.window.start.slice(0, 10);
  if (standing.through >= first) return { amount: forecast.known ?? '0', through: standing.through };
  const inside = history.filter(({ day, isWhole }) => !isWhole && day >= first);
  return { amount: sumDecimals(inside.map(({ amount }) => amount ?? '0')), through: null };
}
