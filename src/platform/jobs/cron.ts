import { Cron } from 'croner';

export interface CronPattern {
  /** The first time of the pattern after `instant` (milliseconds, UTC); null when there is none any more. */
  next(instant: number): number | null;
}

/** Five fields, or six with seconds first, in an IANA time zone. Throws a description of an invalid pattern. */
export function parseCron(pattern: string, timeZone = 'UTC'): CronPattern {
  // Without a function it never schedules anything: only its calendar is used, so that time comes from our clock.
  const calendar = new Cron(pattern, { timezone: timeZone, mode: '5-or-6-parts' });
  return { next: (instant) => calendar.nextRun(new Date(instant))?.getTime() ?? null };
}
