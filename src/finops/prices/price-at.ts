import { AppError } from '../../platform/errors/index.ts';
import type { Instant } from '../../platform/units/index.ts';
import type { PriceAt } from './schema.ts';
import { type BookedPrice, priceStretches } from './timeline.ts';

const DAY_MS = 86_400_000;

/** The one price that holds at an instant. Errors: `price_not_found`, which says when there is one. */
export function priceAt(prices: readonly BookedPrice[], resource: string, at: Instant): PriceAt {
  const found = priceStretches(prices, at, at + 1).stretches[0]?.price;
  if (found === undefined) throw notFound(prices, resource, at);
  const asOf = found.asOf ?? found.effectiveFrom;
  return {
    resource,
    amount: found.price.amount,
    currency: found.price.currency,
    unit: 'hour',
    source: found.source,
    book: found.book,
    effectiveFrom: found.effectiveFrom,
    effectiveTo: found.effectiveTo,
    asOf,
    ageDays: Math.max(0, Math.floor((at - Date.parse(asOf)) / DAY_MS)),
  };
}

function notFound(prices: readonly BookedPrice[], resource: string, at: Instant): AppError {
  const [first] = prices.toSorted((a, b) => Date.parse(a.effectiveFrom) - Date.parse(b.effectiveFrom));
  const known = first === undefined ? 'none at all' : `its prices begin on ${first.effectiveFrom.slice(0, 10)}`;
  const detail = `There is no price of "${resource}" at ${new Date(at).toISOString()}: ${known}. Add it to your price book: steelyard apply -f PRICES.yaml`;
  return new AppError('price_not_found', detail, { resource });
}
