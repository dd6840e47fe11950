import { computeStudentQuantile } from '../../../platform/numbers/index.ts';
import { type Decimal, decimal, findLargest, findSmallest } from '../../../platform/units/index.ts';

/** Minimum days for an interval from the spread between days. */
const FEWEST_DAYS = 4;
/** Days of the month that is predicted. */
const MONTH_DAYS = 30;
/** An observation that holds on n of n days fails on at most 3/n of all days, with 95 % confidence (the rule of three). */
const RULE_OF_THREE = 3;
const PLACES = 6;

export interface Ends {
  readonly lower: Decimal;
  readonly upper: Decimal;
}

/**
 * 95 % prediction interval of the saving of the next month, from the saving that each day would have had (all as monthly amounts): mean
 * +- t(n - 1) x s x sqrt(1/n + 1/30). Identical days are no guarantee for the future: the lower end is never above
 * mean x (1 - 3/n). Never below `least` (0, or the loss of a commitment without any use), nor above `most`, the current cost. With
 * fewer than four days: from `least` to `most`. Example: 14 days of 100 each, paid 120 -> 78.57 to 100.
 */
export function computeSavingInterval(
  days: readonly Decimal[],
  mean: Decimal,
  most: Decimal,
  least: Decimal = decimal(0),
): Ends {
  const zero = decimal(0);
  if (days.length < FEWEST_DAYS) return { lower: least, upper: most };
  const centre = days.reduce((sum, day) => sum.plus(day), zero).dividedBy(days.length);
  const squares = days.reduce((sum, day) => sum.plus(day.minus(centre).times(day.minus(centre))), zero);
  const deviation = squares.dividedBy(days.length - 1).sqrt();
  const reach = computeStudentQuantile(0.975, days.length - 1) * Math.sqrt(1 / days.length + 1 / MONTH_DAYS);
  const half = deviation.times(reach);
  const unseen = mean.times(1 - Math.min(1, RULE_OF_THREE / days.length));
  return {
    lower: findLargest(least, findSmallest(mean.minus(half), unseen)).toDecimalPlaces(PLACES),
    upper: findLargest(mean, findSmallest(most, mean.plus(half))).toDecimalPlaces(PLACES),
  };
}
