import { decimal } from '../../../platform/units/index.ts';
import type { Budget, BudgetSpec } from '../schema.ts';
import type { ExpectedBreach } from './expected-breach.ts';

/** Prefix of the probability in a forecast threshold. */
export const FORECAST = 'forecast:';

/**
 * Thresholds that a budget has crossed in its window, mildest first: each probability of `forecastAt` that the forecast
 * reaches, each share of `warnAt` that is spent, `exhausted` if nothing is left, `stopped` if the budget stopped work. Spend
 * thresholds are left out while the spend is unknown. Forecast thresholds are left out if the forecast was made for a
 * different window or limit.
 * Example: 85 of 100 spent, warnAt 0.8 and 1, probability 0.9, forecastAt 0.5 -> ["forecast:0.5", "0.8"].
 */
export function findCrossedThresholds(
  { warnAt, forecastAt }: Pick<BudgetSpec, 'warnAt' | 'forecastAt'>,
  { limit, spent, remaining, period }: Pick<Budget, 'limit' | 'spent' | 'remaining' | 'period'>,
  hasStopped: boolean,
  expected: ExpectedBreach | null,
): string[] {
  const shares =
    spent === null
      ? []
      : warnAt.filter((ratio) => decimal(limit.amount).times(ratio).lessThanOrEqualTo(spent.amount)).toSorted();
  const isExhausted = remaining !== null && !decimal(remaining).greaterThan(0);
  const isOfNow = expected?.limit === limit.amount && Date.parse(expected.start) === Date.parse(period.start);
  const likely = isOfNow ? forecastAt.filter((least) => expected.probability >= least).toSorted() : [];
  const forecasts = likely.map((least) => `${FORECAST}${least}`);
  return [
    ...forecasts,
    ...shares.map(String),
    ...(isExhausted ? ['exhausted'] : []),
    ...(hasStopped ? ['stopped'] : []),
  ];
}
