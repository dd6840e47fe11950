import { evenTimeFrom } from '../../../platform/processes/index.ts';
import { type ReservationDeps, settle } from './service.ts';
import { openReservations } from './store.ts';

/** A holder that says nothing for this long after its time is over is gone, in milliseconds. */
const SILENCE_MS = 5 * 60_000;

interface Silence {
  readonly metered: number;
  readonly sinceMs: number;
}

/**
 * Ends what its holder has given up without a word. It may have run until its time was over, and not longer, because the
 * watchdog beside it saw to that: so all of its time counts. A holder that comes back settles it again, with the real end.
 * Silence is what this server has heard itself (`elapsed`, milliseconds that no clock changes): a clock that is set an hour on has
 * silenced nobody.
 */
export function createExpiry(deps: ReservationDeps, elapsed: () => number = evenTimeFrom(0)): () => Promise<void> {
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
