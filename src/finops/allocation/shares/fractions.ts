import { EXACT_DECIMALS } from '../../../platform/lake/index.ts';
import { decimal } from '../../../platform/units/index.ts';

/** Binary places of a boundary, in two words of 62 bits so that each fits a 64-bit column. */
const WORD_BITS = 62n;
const WORD = 1n << WORD_BITS;
const BINARY_PLACES = 2n * WORD_BITS;
/** Decimal places of a displayed ratio, and of every cost. */
const DECIMALS = EXACT_DECIMALS;
const ONE = 10n ** BigInt(DECIMALS);

/** A point of [0, 1] at which one share ends and the next begins, as two binary words: high and low. */
export interface Boundary {
  readonly high: bigint;
  readonly low: bigint;
}

/** A share of a pool, from one boundary to the next, so that all shares add up to the pool exactly. */
export interface Fraction {
  readonly from: Boundary;
  readonly to: Boundary;
  /** Size of the share as FOCUS requires it: 0 to 1, 21 decimals; the ratios of a pool sum to exactly 1. */
  readonly ratio: string;
}

/**
 * Shares of a pool in the ratio of weights, in their order. A boundary is ceil(sum so far / total sum x 2^124): if an exact
 * share of the cost fits the decimals of the lake, the computed share is exact too.
 * Example: [1, 2] -> ratios 0.33333333333333333333 and 0.66666666666666666667.
 */
export function computeFractions(weights: readonly bigint[]): Fraction[] {
  const total = weights.reduce((sum, weight) => sum + weight, 0n);
  let before = 0n;
  return weights.map((weight) => {
    const after = before + weight;
    const units = (after * ONE) / total - (before * ONE) / total;
    const fraction = {
      from: computeBoundary(before, total),
      to: computeBoundary(after, total),
      ratio: formatUnits(units),
    };
    before = after;
    return fraction;
  });
}

function computeBoundary(part: bigint, total: bigint): Boundary {
  const point = ((part << BINARY_PLACES) + total - 1n) / total;
  return { high: point >> WORD_BITS, low: point & (WORD - 1n) };
}

function formatUnits(units: bigint): string {
  const text = units.toString().padStart(DECIMALS + 1, '0');
  return `${text.slice(0, -DECIMALS)}.${text.slice(-DECIMALS)}`;
}

/** Whole numbers in the ratio of exact decimals. Example: ["1.5", "2"] -> [15n, 20n]. */
export function toWholeNumbers(amounts: readonly string[]): bigint[] {
  const exact = amounts.map((amount) => decimal(amount));
  const places = Math.max(0, ...exact.map((amount) => amount.decimalPlaces()));
  return exact.map((amount) => BigInt(amount.times(decimal(10).pow(places)).toFixed(0)));
}

/**
 * Splits an amount in the ratio of weights. Each share is cut to the decimals of the lake, so that the shares add up to the
 * amount. Throws if all weights are zero.
 * Example: 10 by [1, 1, 1] -> 3.33333333333333333333, 3.33333333333333333333, 3.33333333333333333334.
 */
export function splitExactly(amount: string, weights: readonly string[]): string[] {
  const whole = toWholeNumbers(weights);
  const total = whole.reduce((sum, weight) => sum + weight, 0n);
  const units = BigInt(decimal(amount).times(ONE.toString()).toFixed(0));
  let before = 0n;
  return whole.map((weight) => {
    const after = before + weight;
    const share = (units * after) / total - (units * before) / total;
    before = after;
    return decimal(share.toString()).dividedBy(ONE.toString()).toFixed();
  });
}
