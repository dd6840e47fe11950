import { AppError } from '../../../platform/errors/index.ts';
import { decimal, decimalString, type Instant } from '../../../platform/units/index.ts';
import { type BookedPrice, priceStretches } from '../../prices/index.ts';
import { earlierSpent, nowTexts, sinceOf } from './parts.ts';
import type { Held, Reservation } from './schema.ts';
import { existing, grantedAnew, pricesOf, type ReservationDeps, recordUntil, refuseSettled, shown } from './service.ts';
import { putReservation, type StoredReservation } from './store.ts';

/**
 * From `at` on a reservation holds something else than it was opened for: what was spent until then stays, and all that it may still spend is
 * worked out anew at the other price, so that its limits hold. Where nothing of it had a price, the other price counts from its start:
 * it held this from the beginning. It stays as it is where its holder declared a price, where the other thing has none for as long as money is
 * set aside, or one in a currency that its limits are not in: null, and nothing is metered.
 */
export async function reprice(deps: ReservationDeps, id: string, held: Held, at: Instant): Promise<Reservation | null> {
  try {
    return await movedOnTo(deps, id, held, at);
  } catch (error) {
    const stays = error instanceof AppError && (error.code === 'currency_mismatch' || error.code === 'price_missing');
    if (!stays) throw error;
    return null;
  }
}

async function movedOnTo(deps: ReservationDeps, id: string, held: Held, at: Instant): Promise<Reservation | null> {
  const found = await existing(deps.store, id);
  // Most reports come after it has moved, or can not.
  const known = await deps.prices.of(deps.store, held.resource);
  if (!isOther(found, held) || !isPriced(found, known, Math.max(at, found.metered))) return null;
  const limitsNow = await deps.limitsFor(found.subject, { start: at, end: at + found.leaseMs });
  return deps.store.transaction(async (sql) => {
    const before = await existing(sql, id);
    refuseSettled(before);
    const prices = await deps.prices.of(sql, held.resource);
    const now = Math.max(at, before.metered);
    const old = await pricesOf(deps, sql, before);
    const metered = await recordUntil(deps, sql, before, now, old);
    if (!isPriced(metered, prices, now)) return null;
    const moved = await recordUntil(deps, sql, onTo(metered, held, old), now, prices);
    // Stored first: what it has spent is no longer held when the limits are asked.
    await putReservation(sql, moved);
    return shown(await grantedAnew(deps, sql, { metered: moved, prices, limitsNow }), prices);
  });
}

function isOther({ resource, quantity, price }: StoredReservation, held: Held): boolean {
  return price === null && (resource !== held.resource || quantity !== held.quantity);
}

/** Whether the other thing has a price until the end of a lease, in the same currency. */
function isPriced(before: StoredReservation, prices: readonly BookedPrice[], at: Instant): boolean {
  const from = before.spent === null ? sinceOf(before) : at;
  const { stretches, missing } = priceStretches(prices, from, at + before.leaseMs);
  const currencies = new Set(stretches.map(({ price }) => price.price.currency));
  if (before.currency !== null) currencies.add(before.currency);
  return missing === null && currencies.size === 1;
}

/**
 * The same reservation, holding the other thing, with nothing set aside: at a lower price what it had could reach into a window that was
 * never asked for it. `metered.spent` null: nothing of it had a price.
 */
function onTo(metered: StoredReservation, held: Held, old: readonly BookedPrice[]): StoredReservation {
  const { resource, quantity, spent, earlier, metered: end } = metered;
  const anew = { ...metered, ...held, ceiling: spent, hourlyRate: null };
  if (spent === null || end === sinceOf(metered)) return anew;
  const own = decimalString(decimal(spent).minus(earlierSpent(metered)));
  const part = { resource, quantity, end, spent: own, prices: nowTexts(metered, old) };
  return { ...anew, earlier: [...earlier, part] };
}
