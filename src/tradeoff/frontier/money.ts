import { type Decimal, decimal, decimalString } from '../../platform/units/index.ts';
import type { EstimatedMoney } from './figures/schema.ts';

/**
 * Difference of two costs in one currency. Its ends assume the worst of both intervals, because one measurement may be behind both: the
 * interval covers at least 95 %. null ends where none of both has an interval; an amount without one is taken as exact next to one with an interval.
 *
 * @example subtractMoney({ amount: '10', lower: '9', upper: '12', … }, { amount: '4', lower: '3', upper: '5', … }) // 6, 4 to 9
 */
export function subtractMoney(money: EstimatedMoney, other: EstimatedMoney): EstimatedMoney {
  const subtract = (one: string, two: string) => decimalString(decimal(one).minus(two));
  const { amount, currency } = money;
  const hasInterval = [money, other].some(({ lower, upper }) => lower !== null && upper !== null);
  return {
    amount: subtract(amount, other.amount),
    lower: hasInterval ? subtract(money.lower ?? amount, other.upper ?? other.amount) : null,
    upper: hasInterval ? subtract(money.upper ?? amount, other.lower ?? other.amount) : null,
    currency,
  };
}

/** Sum of two costs in one currency. Its ends are the sums of the ends; an amount without an interval is exact next to one with an interval. */
export function addMoney(money: EstimatedMoney, other: EstimatedMoney): EstimatedMoney {
  const add = (one: string, two: string) => decimalString(decimal(one).plus(two));
  const hasInterval = [money, other].some(({ lower, upper }) => lower !== null && upper !== null);
  return {
    amount: add(money.amount, other.amount),
    lower: hasInterval ? add(money.lower ?? money.amount, other.lower ?? other.amount) : null,
    upper: hasInterval ? add(money.upper ?? money.amount, other.upper ?? other.amount) : null,
    currency: money.currency,
  };
}

/** A cost times a fraction of at least 0, as numerator and denominator: exact, then rounded half-even to 20 decimals. */
export function scaleMoney(
  { amount, lower, upper, currency }: EstimatedMoney,
  { times, per }: { readonly times: string | number | Decimal; readonly per: string | number | Decimal },
): EstimatedMoney {
  const scale = (text: string) => decimalString(decimal(text).times(times).dividedBy(per).toDecimalPlaces(DECIMALS));
  return {
    amount: scale(amount),
    lower: lower === null ? null : scale(lower),
    upper: upper === null ? null : scale(upper),
    currency,
  };
}

const DECIMALS = 20;

/** By amount, the lower first. */
export function compareAmounts(a: EstimatedMoney, b: EstimatedMoney): number {
  return decimal(a.amount).comparedTo(b.amount);
}
