import { decimal, decimalString } from '../../platform/units/index.ts';
import { type BookedPrice, splitAtPrices } from '../prices/index.ts';

const MS_PER_HOUR = 3_600_000;
/** The number of decimals in the lake. */
const DECIMALS = 20;

export interface Usage {
  readonly resource: string;
  /** Exact decimal, >= 0. */
  readonly quantity: string;
  /** Unix milliseconds; end exclusive. */
  readonly start: number;
  readonly end: number;
}

export type Metered =
  | {
      readonly cost: { amount: string; currency: string };
      readonly reason: null;
      readonly prices: readonly BookedPrice[];
    }
  | { readonly cost: null; readonly reason: string; readonly prices: readonly BookedPrice[] };

/**
 * Cost of a usage interval: sum over the stretches of one price of quantity x hours x price, rounded half-even to 20
 * decimals once, at the end. `null` with a reason when any part has no price.
 * Example: 2 GPUs for 30 minutes at 6.88 an hour -> 2 x 0.5 x 6.88 = 6.88.
 */
export function computeMeteredCost(usage: Usage, prices: readonly BookedPrice[]): Metered {
  const { stretches, missing } = splitAtPrices(prices, usage.start, usage.end);
  const used = stretches.map((stretch) => stretch.price);
  if (missing !== null) {
    const at = new Date(missing).toISOString();
    const reason =
      prices.length === 0
        ? `the price book has no "${usage.resource}"`
        : `the price book has no price for "${usage.resource}" at ${at}`;
    return { cost: null, reason, prices: used };
  }
  const currencies = new Set(used.map((price) => price.price.currency));
  const [currency] = currencies;
  if (currency === undefined || currencies.size > 1) {
    return {
      cost: null,
      reason: `the prices of "${usage.resource}" change currency within the interval`,
      prices: used,
    };
  }
  let unitMilliseconds = decimal(0);
  for (const { start, end, price } of stretches) {
    unitMilliseconds = unitMilliseconds.plus(decimal(price.price.amount).times(end - start));
  }
  const exact = unitMilliseconds.times(usage.quantity).dividedBy(MS_PER_HOUR);
  return { cost: { amount: decimalString(exact.toDecimalPlaces(DECIMALS)), currency }, reason: null, prices: used };
}

/** Quantity times hours, exact to 20 decimals. */
export function computeResourceHours(usage: Usage): string {
  return decimalString(
    decimal(usage.quantity)
      .times(usage.end - usage.start)
      .dividedBy(MS_PER_HOUR)
      .toDecimalPlaces(DECIMALS),
  );
}
