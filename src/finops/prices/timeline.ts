import type { Price, PriceOrigin } from './schema.ts';

/** Rows of the bill behind a price. */
export interface Agreement {
  readonly agreedRows: number;
  readonly rows: number;
}

/** A price of the book, with the book that it is from. */
export interface BookedPrice extends Price {
  readonly origin: PriceOrigin;
  /** Region of the price; null if its source states none. */
  readonly region: string | null;
  /** `name@version` of the price book. */
  readonly book: string;
  /**
   * Last instant at which the price was known to be in force: the time when the book was applied or the catalogue was seen;
   * null for a declared price.
   */
  readonly asOf: string | null;
  /** For a price learned from the bill: how many of the rows read agree. */
  readonly agreement?: Agreement;
}

/** A part of a period with a single price. */
export interface PricedStretch {
  readonly start: number;
  readonly end: number;
  readonly price: BookedPrice;
}

/**
 * Splits [start, end) (Unix milliseconds) at price changes. `missing` is the first instant without a price, or null if the
 * whole period is priced: a part without a price is unknown, not free.
 */
export function splitAtPrices(
  prices: readonly BookedPrice[],
  start: number,
  end: number,
): { stretches: PricedStretch[]; missing: number | null } {
  const byStart = prices.toSorted((a, b) => Date.parse(a.effectiveFrom) - Date.parse(b.effectiveFrom));
  const stretches: PricedStretch[] = [];
  let at = start;
  for (const price of byStart) {
    const until = price.effectiveTo === null ? Number.POSITIVE_INFINITY : Date.parse(price.effectiveTo);
    if (until <= at) continue;
    if (at >= end || Date.parse(price.effectiveFrom) > at) break;
    const stop = Math.min(until, end);
    stretches.push({ start: at, end: stop, price });
    at = stop;
  }
  return { stretches, missing: at < end ? at : null };
}

/** A price that is declared for a resource and replaces the price of the book; it is in force at all times. */
export function buildDeclaredPrice(resource: string, price: Price['price']): BookedPrice {
  const effectiveFrom = new Date(0).toISOString();
  return {
    resource,
    price,
    effectiveFrom,
    effectiveTo: null,
    origin: 'declared',
    region: null,
    source: 'declared with the usage',
    book: 'declared',
    asOf: null,
  };
}
