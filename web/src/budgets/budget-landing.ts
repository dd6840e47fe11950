import type { Budget } from '../../../src/finops/budgets/schema.ts';
import type { LedgerForecast } from '../../../src/finops/forecasts/schema.ts';
import { decimal } from '../../../src/platform/units/schema.ts';

/** Forecast of a budget at the end of its current window. */
export interface Landing {
  readonly mean: string;
  readonly lo80: string;
  readonly hi80: string;
  readonly breach: LedgerForecast['breach'];
}

/** The forecast of a budget; null without one, or if it was made for another window or currency. */
export function findLanding(
  { name, period, limit }: Pick<Budget, 'name' | 'period' | 'limit'>,
  forecasts: readonly LedgerForecast[],
): Landing | null {
  const found = forecasts.find(
    ({ level, key, currency, window }) =>
      level === 'budget' && key === name && currency === limit.currency && window.start === period.start,
  );
  if (found?.forecast == null) return null;
  const { mean, lo80, hi80 } = found.forecast;
  return { mean, lo80, hi80, breach: found.breach?.limit === limit.amount ? found.breach : null };
}

export type BudgetStatus = 'exceeded' | 'risk' | 'track' | 'unknown';

/** Probability of exceeding the limit from which a budget is at risk. */
export const AT_RISK_FROM = 0.5;

/** Status of a budget by its spend and its forecast; null: no forecast. */
export function findStatus({ state }: Pick<Budget, 'state'>, landing: Landing | null): BudgetStatus {
  if (state === 'over') return 'exceeded';
  if (state === 'unknown') return 'unknown';
  const isLikely = (landing?.breach?.probability ?? 0) >= AT_RISK_FROM;
  return state === 'warned' || state === 'exhausted' || isLikely ? 'risk' : 'track';
}

/** Spent share of the limit, from 0; null while the spend is unknown and for a limit of zero. */
export function findUsedRatio({ spent, limit }: Pick<Budget, 'spent' | 'limit'>): number | null {
  const whole = decimal(limit.amount);
  return spent === null || whole.isZero() ? null : decimal(spent.amount).dividedBy(whole).toNumber();
}

/** Spend to date of a budget. */
export interface ToDate {
  readonly amount: string;
  /** Last whole day below the amount; null: all charges and usage received, of which no day is complete. */
  readonly through: string | null;
  /** Charged on later, incomplete days; '0': nothing. */
  readonly later: string;
}

/**
 * Effective cost to the last whole day, as on the overview and in the forecasts; all that was received while no day is
 * complete, and where metered usage is ahead of the bill. Null while nothing is known.
 */
export function findToDate({ spent, billed, toDate }: Pick<Budget, 'spent' | 'billed' | 'toDate'>): ToDate | null {
  if (spent === null) return null;
  const isBilled = billed !== null && decimal(billed.amount).equals(spent.amount);
  if (toDate === null || !isBilled) return { amount: spent.amount, through: null, later: '0' };
  return { amount: toDate.amount, through: toDate.through, later: toDate.later };
}
