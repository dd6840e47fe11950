import type { Instant } from '../../../platform/units/index.ts';
import type { Reservation } from './schema.ts';
import {
  type ReservationDeps,
  readReservationPrices,
  refuseSettled,
  regrantReservation,
  requireReservation,
  toReservation,
} from './service.ts';
import { putReservation, type StoredReservation } from './store.ts';

/**
 * Moves the start of a reservation whose work waits and holds nothing yet: its spending begins at `start`, and its grant is recomputed from
 * there, so that the limits apply to the time in which the work can run. `start` is limited to the time from the opening until now. Once
 * spending was metered, the reservation stays as it is. Errors: `reservation_not_found`, `reservation_settled`.
 */
export async function postpone(deps: ReservationDeps, id: string, start: Instant): Promise<Reservation> {
  const found = await requireReservation(deps.store, id);
  const at = limitStart(found, start, deps.clock.now());
  const limitsNow = await deps.limitsFor(found.subject, { start: at, end: at + found.leaseMs });
  return deps.store.transaction(async (sql) => {
    const before = await requireReservation(sql, id);
    refuseSettled(before);
    const prices = await readReservationPrices(deps, sql, before);
    if (isMetered(before) || at === before.start) return toReservation(before, prices);
    const moved = toUnstarted(before, at);
    // Stored first, so that the limits do not count the old grant as reserved.
    await putReservation(sql, moved);
    return toReservation(await regrantReservation(deps, sql, { metered: moved, prices, limitsNow }), prices);
  });
}

function limitStart({ openedAt }: StoredReservation, start: Instant, now: Instant): Instant {
  return Math.min(Math.max(start, Date.parse(openedAt)), now);
}

const isMetered = ({ metered, start, earlier }: StoredReservation): boolean => metered > start || earlier.length > 0;

/** The same reservation without a grant: an old one could reach into a window without a limit check. */
function toUnstarted(before: StoredReservation, start: Instant): StoredReservation {
  return { ...before, start, metered: start, until: start, ceiling: null, hourlyRate: null, limitedBy: null };
}
