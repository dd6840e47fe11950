import { AppError } from '../../../platform/errors/index.ts';
import { decimal, decimalString, type Instant } from '../../../platform/units/index.ts';
import { type BookedPrice, splitAtPrices } from '../../prices/index.ts';
import { findPartStart, listPriceTexts, sumEarlierSpend } from './parts.ts';
import type { HeldResource, Reservation } from './schema.ts';
import {
  type ReservationDeps,
  readReservationPrices,
  recordUntil,
  refuseSettled,
  regrantReservation,
  requireReservation,
  toReservation,
} from './service.ts';
import { putReservation, type StoredReservation } from './store.ts';

/**
 * Moves a reservation to a different resource or quantity from `at` on. The spend up to `at` stays, and the grant is
 * recomputed at the other price, so that the limits apply. If no part had a price, the other price applies from the start:
 * the work held this resource from the beginning. Returns null and meters nothing if the holder declared a price, or if the
 * other resource has no price for the whole lease, or if that price is not in the currency of the limits.
 */
export async function reprice(
  deps: ReservationDeps,
  id: string,
  held: HeldResource,
  at: Instant,
): Promise<Reservation | null> {
  try {
    return await moveReservation(deps, id, held, at);
  } catch (error) {
    const stays = error instanceof AppError && (error.code === 'currency_mismatch' || error.code === 'price_missing');
    if (!stays) throw error;
    return null;
  }
}

async function moveReservation(
  deps: ReservationDeps,
  id: string,
  held: HeldResource,
  at: Instant,
): Promise<Reservation | null> {
  const found = await requireReservation(deps.store, id);
  // Most reports arrive after the move, or while it is impossible.
  const known = await deps.prices.of(deps.store, held.resource);
  if (!isOther(found, held) || !isPriced(found, known, Math.max(at, found.metered))) return null;
  const limitsNow = await deps.limitsFor(found.subject, { start: at, end: at + found.leaseMs });
  return deps.store.transaction(async (sql) => {
    const before = await requireReservation(sql, id);
    refuseSettled(before);
    const prices = await deps.prices.of(sql, held.resource);
    const now = Math.max(at, before.metered);
    const old = await readReservationPrices(deps, sql, before);
    const metered = await recordUntil(deps, sql, before, now, old);
    if (!isPriced(metered, prices, now)) return null;
    const moved = await recordUntil(deps, sql, toMovedReservation(metered, held, old), now, prices);
    // Stored first, so that the limits do not count the metered spend as reserved.
    await putReservation(sql, moved);
    return toReservation(await regrantReservation(deps, sql, { metered: moved, prices, limitsNow }), prices);
  });
}

function isOther({ resource, quantity, price }: StoredReservation, held: HeldResource): boolean {
  return price === null && (resource !== held.resource || quantity !== held.quantity);
}

/** Whether the other resource has a price until the end of a lease, in the same currency. */
function isPriced(before: StoredReservation, prices: readonly BookedPrice[], at: Instant): boolean {
  const from = before.spent === null ? findPartStart(before) : at;
  const { stretches, missing } = splitAtPrices(prices, from, at + before.leaseMs);
  const currencies = new Set(stretches.map(({ price }) => price.price.currency));
  if (before.currency !== null) currencies.add(before.currency);
  return missing === null && currencies.size === 1;
}

/**
 * The same reservation with the other resource and no grant: at a lower price, the old grant could reach into a window
 * without a limit check. `metered.spent` null: no part had a price.
 */
function toMovedReservation(
  metered: StoredReservation,
  held: HeldResource,
  old: readonly BookedPrice[],
): StoredReservation {
  const { resource, quantity, spent, earlier, metered: end } = metered;
  const repriced = { ...metered, ...held, ceiling: spent, hourlyRate: null };
  if (spent === null || end === findPartStart(metered)) return repriced;
  const own = decimalString(decimal(spent).minus(sumEarlierSpend(metered)));
  const part = { resource, quantity, end, spent: own, prices: listPriceTexts(metered, old) };
  return { ...repriced, earlier: [...earlier, part] };
}
