import { createEvenTime } from '../../../platform/processes/index.ts';
import { type ReservationDeps, settle } from './service.ts';
import { openReservations } from './store.ts';

/** Time without a report after the end of a grant until the reservation expires, in milliseconds. */
const SILENCE_MS = 5 * 60_000;

interface Silence {
  readonly metered: number;
  readonly sinceMs: number;
}

/**
 * Closes reservations after lease expiry without a report. The full lease counts as used: the work may have run until then
 * and no longer, because the watchdog of the work stops it. If the holder reports later, it settles the reservation again
 * with the real end. Silence is measured by this server's monotonic time (`elapsed`, milliseconds): a change of the wall
 * clock does not expire a reservation.
 */
export function createExpiry(deps: ReservationDeps, elapsed: () => number = createEvenTime(0)): () => Promise<void> {
  let heard = new Map<string, Silence>();
  return async () => {
    const open = await openReservations(deps.store);
    heard = new Map(
      open.map(({ id, metered }) => {
        const before = heard.get(id);
        return [id, before?.metered === metered ? before : { metered, sinceMs: elapsed() }];
      }),
    );
    const now = deps.clock.now();
    for (const { id, until } of open) {
      const silentMs = elapsed() - (heard.get(id)?.sinceMs ?? elapsed());
      if (until + SILENCE_MS <= now && silentMs >= SILENCE_MS)
        await settle(deps, id, { end: new Date(until).toISOString() });
    }
  };
}
