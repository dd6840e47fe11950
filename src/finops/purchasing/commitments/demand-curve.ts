import { type Decimal, decimal } from '../../../platform/units/index.ts';

/** The demand of some hours, as the coverage of a commitment of a given size. */
export interface DemandCurve {
  readonly hours: number;
  readonly greatest: Decimal;
  /** Covered quantity, summed over the hours: the smaller of demand and quantity in each hour. Exact. */
  covered(quantity: Decimal): Decimal;
  /** Number of hours with at least this demand. */
  hoursAtLeast(quantity: Decimal): number;
  /** The largest quantity with a demand of at least that size in at least this share of the hours; 0 without hours. */
  wantedInShare(share: Decimal): Decimal;
}

/** Example: of hours that want 1, 3 and 5, a commitment of 3 covers 1 + 3 + 3 = 7. */
export function buildDemandCurve(demand: readonly Decimal[]): DemandCurve {
  const ascending = demand.toSorted((a, b) => a.cmp(b));
  const sums: Decimal[] = [decimal(0)];
  for (const quantity of ascending) sums.push((sums.at(-1) as Decimal).plus(quantity));
  const hours = ascending.length;
  const below = (quantity: Decimal) => findFirstAtLeast(ascending, quantity);
  return {
    hours,
    greatest: ascending.at(-1) ?? decimal(0),
    covered: (quantity) => {
      const less = below(quantity);
      return (sums[less] as Decimal).plus(quantity.times(hours - less));
    },
    hoursAtLeast: (quantity) => hours - below(quantity),
    wantedInShare: (share) => {
      const needed = Math.max(share.times(hours).ceil().toNumber(), 1);
      return ascending[hours - needed] ?? decimal(0);
    },
  };
}

/** Place of the first value that is not below the quantity. */
function findFirstAtLeast(ascending: readonly Decimal[], quantity: Decimal): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ascending[middle] as Decimal).lt(quantity)) low = middle + 1;
    else high = middle;
  }
  return low;
}

export interface HourlyPrices {
  readonly onDemand: Decimal;
  readonly committed: Decimal;
}

/**
 * On demand minus with a commitment, over all hours of the curve: onDemand x covered - committed x quantity x hours. Below 0 it loses.
 * Example: hours that want 1, 3 and 5, 1 USD on demand and 0.6 committed, a quantity of 3: 7 - 0.6 x 3 x 3 = 1.6.
 */
export function computeSaving(curve: DemandCurve, { onDemand, committed }: HourlyPrices, quantity: Decimal): Decimal {
  return onDemand.times(curve.covered(quantity)).minus(committed.times(quantity).times(curve.hours));
}

/**
 * The quantity, a multiple of `unit`, that saves most: units are added while the next one is wanted in more than a share
 * U* = committed / on demand of the hours (the newsvendor's rule), since each unit is wanted less than the one before it.
 * Example: hours that want 1, 3 and 5 at U* = 0.6: the third unit is wanted in 2 of 3 hours, the fourth in 1 of 3 -> 3.
 */
export function findBestQuantity(curve: DemandCurve, prices: HourlyPrices, unit: Decimal): Decimal {
  const isWorth = (count: number) => {
    const more = curve.covered(unit.times(count)).minus(curve.covered(unit.times(count - 1)));
    return prices.onDemand.times(more).gt(prices.committed.times(unit).times(curve.hours));
  };
  let low = 0;
  let high = curve.greatest.div(unit).ceil().toNumber();
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (isWorth(middle)) low = middle;
    else high = middle - 1;
  }
  return unit.times(low);
}
