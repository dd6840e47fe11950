import { type ReservationDeps, settle } from './service.ts';
import { openReservations } from './store.ts';

/** A holder that says nothing for this long after its time is over is gone, in milliseconds. */
const SILENCE_MS = 5 * 60_000;

/**
 * Ends what its holder has given up without a word. It may have run until its time was over, and not longer, because the
 * watchdog beside it saw to that: so all of its time counts. A holder that comes back settles it again, with the real end.
 */
export async function settleExpired(deps: ReservationDeps): Promise<void> {
  const now = deps.clock.now();
  for (const { id, until } of await openReservations(deps.store)) {
    if (until + SILENCE_MS <= now) await settle(deps, id, { end: new Date(until).toISOString() });
  }
}
