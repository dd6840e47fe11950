import { type Decimal, decimal, largest, smallest } from '../../platform/units/index.ts';

/** Parts that a fair share is taken in: small enough that many can begin at once, large enough that few renewals are needed. */
const PARTS = 8;

export interface Claim {
  /** What the budget has left for anybody, >= 0. */
  readonly room: Decimal;
  /** What all running work under the budget holds unspent, this one included. */
  readonly held: Decimal;
  /** What this one holds unspent. */
  readonly own: Decimal;
  /** Price an hour of this one, and of all running work with it. */
  readonly rate: Decimal;
  readonly rates: Decimal;
  /** What a whole lease costs, and the least that is worth having: enough to stop in order. */
  readonly lease: Decimal;
  readonly least: Decimal;
}

/**
 * How much more of a budget is set aside for one piece of work, in the budget's currency, >= 0 and never above `room`.
 * While there is plenty, a whole lease; when it runs short, a part of the share that is fair by price an hour, so that no
 * single one takes what others need to go on. All grants together never exceed the room, whatever the claims.
 * Example: room 80, nothing held, one of two equal rates, lease 100 -> (80 / 2) / 8 = 5.
 */
export function granted({ room, held, own, rate, rates, lease, least }: Claim): Decimal {
  const fair = rates.isZero() ? room : room.plus(held).times(rate).dividedBy(rates);
  const worthHolding = smallest(lease, largest(least, fair.dividedBy(PARTS)));
  return largest(decimal(0), smallest(room, worthHolding.minus(own)));
}
