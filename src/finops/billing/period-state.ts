import { DAY_MS } from '../../platform/units/durations.ts';
import type { Instant } from '../../platform/units/index.ts';
import type { PeriodState } from './schema.ts';

/** AWS changes a month for two weeks after its end; the same default applies to other clouds. */
export const DEFAULT_PROVISIONAL_DAYS = 14;

/**
 * State of a billing period (YYYY-MM, UTC) at an instant: `open` until the end of the month, `provisional` for
 * `provisionalDays` after it, then `closed`. Example: 2026-10 with 14 days is provisional until 2026-11-15T00:00:00Z.
 */
export function computePeriodState(period: string, provisionalDays: number, now: Instant): PeriodState {
  const end = endOfPeriod(period);
  if (now < end) return 'open';
  return now < end + provisionalDays * DAY_MS ? 'provisional' : 'closed';
}

function endOfPeriod(period: string): Instant {
  const [year = 0, month = 1] = period.split('-').map(Number);
  return Date.UTC(year, month, 1);
}
