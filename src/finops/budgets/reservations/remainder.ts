import { type Decimal, decimal, largest } from '../../../platform/units/index.ts';

/** What a reservation may still spend, in its currency, >= 0; 0 where no price is known, so that nothing is set aside. */
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
