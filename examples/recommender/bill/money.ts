import { Decimal } from 'decimal.js';

/** Decimals with 60 significant digits: products and a month's sums of this bill stay exact. */
export const Exact = Decimal.clone({ precision: 60, toExpNeg: -60, toExpPos: 60 });
export type Exact = Decimal;

/** A quantity from a simulated number, rounded to `decimals` places and exact from there on. */
export function quantityOf(value: number, decimals = 6): Exact {
  return new Exact(value.toFixed(decimals));
}

/** Plain decimal notation, at least `minDecimals` places; never rounds. Example: 5.672 with 11 -> 5.67200000000. */
export function plain(value: Exact, minDecimals = 0): string {
  return value.toFixed(Math.max(minDecimals, value.decimalPlaces()));
}
