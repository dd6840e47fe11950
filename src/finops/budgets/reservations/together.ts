import type { Instant } from '../../../platform/units/index.ts';
import type { Reservation } from './schema.ts';
import { meter, meterMany, type Report, type ReservationDeps } from './service.ts';

interface PendingReport extends Report {
  resolve(metered: Reservation): void;
  reject(error: unknown): void;
}

/** Reports of one turn at most. */
const AT_ONCE = 400;

/**
 * Collects the reports that arrive while another one is written, and writes them in one transaction: five hundred concurrent
 * reports cost hardly more than one. Errors: see `meterReservation`.
 */
export function createMeterBatcher(deps: ReservationDeps): (reservation: string, at: Instant) => Promise<Reservation> {
  const waiting: PendingReport[] = [];
  let writing = false;

  async function write(): Promise<void> {
    while (waiting.length > 0) await writeSome(deps, waiting.splice(0, AT_ONCE));
    writing = false;
  }

  return (reservation, at) =>
    new Promise((resolve, reject) => {
      waiting.push({ reservation, at, resolve, reject });
      if (writing) return;
      writing = true;
      // Includes all reports that arrive in this turn of the event loop.
      setImmediate(() => void write());
    });
}

async function writeSome(deps: ReservationDeps, reports: readonly PendingReport[]): Promise<void> {
  // A report that cannot be written must not block the others: if the batch fails, each report is written separately.
  const metered = reports.length > 1 ? await meterMany(deps, reports).catch(() => null) : null;
  for (const { reservation, at, resolve, reject } of reports) {
    const found = metered?.get(reservation);
    if (found !== undefined) resolve(found);
    // The other reports do not wait for those that need a larger grant.
    else void meter(deps, reservation, at).then(resolve, reject);
  }
}
