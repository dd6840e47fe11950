import { type Decimal, decimal, type Instant } from '../../platform/units/index.ts';
import { type BookedPrice, splitAtPrices } from '../prices/index.ts';

const MS_PER_HOUR = 3_600_000;

/**
 * The last instant (Unix milliseconds) until which `quantity` units of one resource, held from `start`, cost at most
 * `amount`. It is the inverse of the metered cost, rounded down to whole milliseconds, so that usage up to it never costs
 * more. The result is at most `horizon`, and at most the end of the last price if no price follows it.
 * Example: 1 unit at 3.60 an hour for 0.01 from 0 -> 10,000 ms.
 */
export function computeAffordableUntil(
  prices: readonly BookedPrice[],
  held: { readonly quantity: string; readonly start: Instant },
  amount: string,
  horizon: Instant,
): Instant {
  let left: Decimal = decimal(amount).times(MS_PER_HOUR);
  let at = held.start;
  for (const stretch of splitAtPrices(prices, held.start, horizon).stretches) {
    const perMs = decimal(stretch.price.price.amount).times(held.quantity);
    const whole = perMs.times(stretch.end - stretch.start);
    if (whole.greaterThan(left)) return stretch.start + left.dividedToIntegerBy(perMs).toNumber();
    left = left.minus(whole);
    at = stretch.end;
  }
  return at;
}
