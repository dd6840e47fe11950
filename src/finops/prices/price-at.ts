import { AppError } from '../../platform/errors/index.ts';
import { DAY_MS } from '../../platform/units/durations.ts';
import type { Instant } from '../../platform/units/index.ts';
import { formatDayText, formatInstantText, formatPriceText } from '../../platform/units/index.ts';
import type { ListedPrice, PriceAt, UsedPrice } from './schema.ts';
import { type BookedPrice, splitAtPrices } from './timeline.ts';

/** The price in force at an instant. Errors: `price_not_found`, which states when a price exists. */
export function findPriceAt(prices: readonly BookedPrice[], resource: string, at: Instant): PriceAt {
  const found = splitAtPrices(prices, at, at + 1).stretches[0]?.price;
  if (found === undefined) throw createNotFoundError(prices, resource, at);
  const asOf = found.asOf ?? found.effectiveFrom;
  return {
    resource,
    amount: found.price.amount,
    currency: found.price.currency,
    unit: 'hour',
    ...pickProvenance(found),
    ...pickAgreement(found),
    effectiveFrom: found.effectiveFrom,
    effectiveTo: found.effectiveTo,
    asOf,
    ageDays: countDaysBetween(asOf, at),
  };
}

function pickProvenance({ origin, region, source, book }: BookedPrice) {
  return { origin, region, source, book };
}

function pickAgreement({ agreement }: BookedPrice) {
  return { agreedRows: agreement?.agreedRows ?? null, rows: agreement?.rows ?? null };
}

/** Whole days from an instant to a later one; 0 before it. */
function countDaysBetween(from: string, at: Instant): number {
  return Math.max(0, Math.floor((at - Date.parse(from)) / DAY_MS));
}

/** The price details that a cost reports. `at`: the end of the usage, Unix milliseconds. */
export function toUsedPrice(price: BookedPrice, resource: string, at: Instant): UsedPrice {
  const { effectiveFrom, asOf } = price;
  const ageDays = asOf === null ? null : countDaysBetween(asOf, at);
  return { resource, price: price.price, ...pickProvenance(price), effectiveFrom, asOf, ageDays };
}

/**
 * The same as a sentence.
 * Example: "g5.xlarge at $1.006 an hour: AWS on demand, Linux, us-east-1, built in (from 1 Feb 2023, seen 128 days before)".
 */
export function formatUsedPrice({ resource, price, source, effectiveFrom, ageDays }: UsedPrice): string {
  const what = `${resource} at ${formatPriceText(price)} an hour: ${source}`;
  if (ageDays === null) return what;
  const age = ageDays === 0 ? '' : `, seen ${ageDays} ${ageDays === 1 ? 'day' : 'days'} before`;
  return `${what} (from ${formatDayText(effectiveFrom.slice(0, 10))}${age})`;
}

/** A price as a list shows it. */
export function toListedPrice(price: BookedPrice, now: Instant): ListedPrice {
  const { resource, effectiveFrom, effectiveTo, asOf } = price;
  const ageDays = asOf === null ? null : countDaysBetween(asOf, now);
  const when = { effectiveFrom, effectiveTo, asOf, ageDays };
  return { resource, price: price.price, ...when, ...pickProvenance(price), ...pickAgreement(price) };
}

function createNotFoundError(prices: readonly BookedPrice[], resource: string, at: Instant): AppError {
  const [first] = prices.toSorted((a, b) => Date.parse(a.effectiveFrom) - Date.parse(b.effectiveFrom));
  const known =
    first === undefined ? 'none at all' : `its prices begin on ${formatDayText(first.effectiveFrom.slice(0, 10))}`;
  const detail = `There is no price of "${resource}" at ${formatInstantText(at)}: ${known}. Add it to your price book: steelyard apply -f PRICES.yaml`;
  return new AppError('price_not_found', detail, { resource });
}
