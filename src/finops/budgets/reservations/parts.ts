import { decimal, decimalString, type Instant } from '../../../platform/units/index.ts';
import { computeMeteredCost, type Metering } from '../../metering/index.ts';
import { type BookedPrice, formatUsedPrice, splitAtPrices, toUsedPrice } from '../../prices/index.ts';
import type { StoredReservation } from './store.ts';

/** Start of the present part (the resource held now), Unix milliseconds. */
export function findPartStart({ start, earlier }: Pick<StoredReservation, 'start' | 'earlier'>): Instant {
  return earlier.at(-1)?.end ?? start;
}

/** Total cost of the earlier parts. */
export function sumEarlierSpend({ earlier }: Pick<StoredReservation, 'earlier'>) {
  return earlier.reduce((sum, { spent }) => sum.plus(spent), decimal(0));
}

/** Usage interval of the present part, from its start to `end`; null if it is empty. */
export function buildIntervalUntil(
  reservation: StoredReservation,
  end: Instant,
): Parameters<Metering['record']>[1][number] | null {
  const { id, subject, resource, quantity, price, origin, earlier } = reservation;
  const since = findPartStart(reservation);
  if (end <= since) return null;
  const period = { start: new Date(since).toISOString(), end: new Date(end).toISOString() };
  const part = earlier.length === 0 ? '' : `:${earlier.length + 1}`;
  const declared = price === null ? {} : { price };
  return { usage: `reservation:${id}${part}`, subject, resource, quantity, ...declared, period, origin };
}

/** Total spend of all parts at `end`; null if no price is known. */
export function computeSpentUntil(
  reservation: StoredReservation,
  end: Instant,
  prices: readonly BookedPrice[],
): Pick<StoredReservation, 'metered' | 'spent' | 'currency'> {
  const { resource, quantity, currency } = reservation;
  const { cost } = computeMeteredCost({ resource, quantity, start: findPartStart(reservation), end }, prices);
  if (cost === null) return { metered: end, spent: null, currency };
  const spent = decimalString(sumEarlierSpend(reservation).plus(cost.amount));
  return { metered: end, spent, currency: cost.currency };
}

/** Prices of the present part as sentences, one for each price in force since its start. */
export function listPriceTexts(reservation: StoredReservation, prices: readonly BookedPrice[]): string[] {
  const { resource, metered } = reservation;
  const since = findPartStart(reservation);
  const { stretches } = splitAtPrices(prices, since, Math.max(metered, since + 1));
  return stretches.map(({ price }) => formatUsedPrice(toUsedPrice(price, resource, metered)));
}

/** Prices of all parts, oldest first, without duplicates; empty if no part has a price. */
export function listAllPriceTexts(reservation: StoredReservation, prices: readonly BookedPrice[]): string[] {
  const before = reservation.earlier.flatMap((part) => part.prices);
  return [...new Set([...before, ...listPriceTexts(reservation, prices)])];
}
