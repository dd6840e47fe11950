import { decimal } from '../../../platform/units/index.ts';
import type { Budget, BudgetSpec } from '../schema.ts';
import type { ExpectedBreach } from './expected-breach.ts';

/** Before the probability of a threshold that a forecast has reached. */
export const FORECAST = 'forecast:';

/**
 * What a budget has crossed in its window, mildest first: each probability of `forecastAt` with which it is forecast to be passed, each share
 * of `warnAt` that is spent, `exhausted` when nothing is left, `stopped` when it stopped work. Nothing of what was spent while it is not
 * known, nor of a forecast that was made for another window or limit.
 * Example: 85 of 100 spent, warning at 0.8 and 1, forecast to pass with 0.9, telling at 0.5 -> ["forecast:0.5", "0.8"].
 */
export function crossed(
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
