import { type Decimal, decimal, findLargest } from '../../../platform/units/index.ts';

/** Unspent amount of a reservation, in its currency, >= 0; 0 if no price is known, because nothing is reserved then. */
export function computeRemainder({
  ceiling,
  spent,
}: {
  readonly ceiling: string | null;
  readonly spent: string | null;
}): Decimal {
  if (ceiling === null) return decimal(0);
  return findLargest(decimal(0), decimal(ceiling).minus(spent ?? '0'));
}
