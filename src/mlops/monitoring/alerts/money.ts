import { decimal, decimalString } from '../../../platform/units/index.ts';
import type { Money } from '../../../platform/units/schema.ts';
import type { PredictionValue } from '../../monitors/schema.ts';
import type { QualityLoss } from './episode/schema.ts';

/** Measures for which a lower value is better. */
const ERRORS: ReadonlySet<string> = new Set(['mae', 'rmse']);
/** A measure has no more digits than this that mean anything. */
const DIGITS = 9;

export function isError(metric: string): boolean {
  return ERRORS.has(metric);
}

/** Decline from the value before to the current value, in the unit of the measure; negative if it improved. */
export function computeDecline({
  metric,
  reference,
  current,
}: Pick<QualityLoss, 'metric' | 'reference' | 'current'>): number {
  return isError(metric) ? current - reference : reference - current;
}

/**
 * Value of a loss of quality per day: loss x predictions a day x value of one unit at one prediction. Exact except for the
 * loss, which is rounded to nine decimals. Null where the value is for another metric; zero where quality is not lower.
 * Example: accuracy 0.9 -> 0.85, 20,000 predictions a day at 0.03 USD for a right answer -> 30 USD a day.
 */
export function computeMoneyPerDay(
  loss: QualityLoss,
  value: PredictionValue & { readonly metric: string },
  predictionsPerDay: string,
): Money | null {
  if (value.metric !== loss.metric) return null;
  const worse = Math.max(0, computeDecline(loss)).toFixed(DIGITS);
  const amount = decimalString(decimal(worse).times(predictionsPerDay).times(value.amount));
  return { amount, currency: value.currency };
}
