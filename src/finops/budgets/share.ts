import { type Decimal, decimal, findLargest, findSmallest } from '../../platform/units/index.ts';

/** Number of parts of a fair share: small enough parts to start many runs together, large enough for few renewals. */
const PARTS = 8;

export interface Claim {
  /** Unreserved amount that the budget has left, >= 0. */
  readonly room: Decimal;
  /** Unspent amount of all open reservations under the budget, including this one. */
  readonly held: Decimal;
  /** Unspent amount of this reservation. */
  readonly own: Decimal;
  /** Price per hour of this reservation, and of all running work including it. */
  readonly rate: Decimal;
  readonly rates: Decimal;
  /** Cost of a full lease, and the minimum useful grant: the cost of the grace period plus a minimum run time. */
  readonly lease: Decimal;
  readonly least: Decimal;
}

/**
 * Additional grant for one reservation, in the currency of the budget, >= 0 and never above the unreserved amount. It is a
 * full lease while the budget has plenty, and a part of the fair share by price per hour when it runs short, so that no
 * reservation starves the others. All grants together never exceed the unreserved amount.
 * Example: 80 unreserved, nothing held, one of two equal rates, lease 100 -> (80 / 2) / 8 = 5.
 */
export function computeGrant({ room, held, own, rate, rates, lease, least }: Claim): Decimal {
  const fair = rates.isZero() ? room : room.plus(held).times(rate).dividedBy(rates);
  const worthHolding = findSmallest(lease, findLargest(least, fair.dividedBy(PARTS)));
  return findLargest(decimal(0), findSmallest(room, worthHolding.minus(own)));
}
