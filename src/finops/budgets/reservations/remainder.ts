import { type Decimal, decimal, largest } from '../../../platform/units/index.ts';

/** Unspent amount of a reservation, in its currency, >= 0; 0 if no price is known, because nothing is reserved then. */
export function remainder({
  ceiling,
  spent,
}: {
  readonly ceiling: string | null;
  readonly spent: string | null;
}): Decimal {
  if (ceiling === null) return decimal(0);
  return largest(decimal(0), decimal(ceiling).minus(spent ?? '0'));
}
