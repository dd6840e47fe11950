import { decimal, decimalString, type Instant } from '../../../platform/units/index.ts';
import { type Metering, meteredCostOf } from '../../metering/index.ts';
import { type BookedPrice, priceStretches, usedPriceOf, usedPriceText } from '../../prices/index.ts';
import type { StoredReservation } from './store.ts';

/** Since when it holds what it holds now, Unix milliseconds. */
export function sinceOf({ start, earlier }: Pick<StoredReservation, 'start' | 'earlier'>): Instant {
  return earlier.at(-1)?.end ?? start;
}

/** What the parts before cost together. */
export function earlierSpent({ earlier }: Pick<StoredReservation, 'earlier'>) {
  return earlier.reduce((sum, { spent }) => sum.plus(spent), decimal(0));
}

/** What is held now, from when on, until then; null when that is nothing. */
export function intervalUntil(
  reservation: StoredReservation,
  end: Instant,
): Parameters<Metering['record']>[1][number] | null {
  const { id, subject, resource, quantity, price, origin, earlier } = reservation;
  const since = sinceOf(reservation);
  if (end <= since) return null;
  const period = { start: new Date(since).toISOString(), end: new Date(end).toISOString() };
  const part = earlier.length === 0 ? '' : `:${earlier.length + 1}`;
  const declared = price === null ? {} : { price };
  return { usage: `reservation:${id}${part}`, subject, resource, quantity, ...declared, period, origin };
}

/** What all of its parts have spent by then; null where no price is known. */
export function spentUntil(
  reservation: StoredReservation,
  end: Instant,
  prices: readonly BookedPrice[],
): Pick<StoredReservation, 'metered' | 'spent' | 'currency'> {
  const { resource, quantity, currency } = reservation;
  const { cost } = meteredCostOf({ resource, quantity, start: sinceOf(reservation), end }, prices);
  if (cost === null) return { metered: end, spent: null, currency };
  const spent = decimalString(earlierSpent(reservation).plus(cost.amount));
  return { metered: end, spent, currency: cost.currency };
}

/** The prices of what it holds now, as sentences, one for each that held since then. */
export function nowTexts(reservation: StoredReservation, prices: readonly BookedPrice[]): string[] {
  const { resource, metered } = reservation;
  const since = sinceOf(reservation);
  const { stretches } = priceStretches(prices, since, Math.max(metered, since + 1));
  return stretches.map(({ price }) => usedPriceText(usedPriceOf(price, resource, metered)));
}

/** The prices of all that it held and holds, oldest first, each once; none where nothing of it has a price. */
export function priceTexts(reservation: StoredReservation, prices: readonly BookedPrice[]): string[] {
  const before = reservation.earlier.flatMap((part) => part.prices);
  return [...new Set([...before, ...nowTexts(reservation, prices)])];
}
