import { parseCron } from '../../platform/jobs/index.ts';
import type { ViewScheduleSpec } from './schema.ts';

const WEEKDAYS = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'];

/**
 * The first time of a schedule after `now`, both in milliseconds since the Unix epoch. An hour that a change of the clock leaves out is the
 * hour after it; one that comes twice is its first time.
 * @example computeNextTime({ every: 'day', hour: 8, timeZone: 'Europe/Berlin', … }, Date.parse('2026-11-30T08:00:00Z')) // 2026-12-01T07:00:00Z
 */
export function computeNextTime(
  { every, weekday, dayOfMonth, hour, timeZone }: Omit<ViewScheduleSpec, 'channel' | 'paused'>,
  now: number,
): number {
  const day = every === 'month' ? `${dayOfMonth} * *` : every === 'week' ? `* * ${WEEKDAYS.indexOf(weekday)}` : '* * *';
  const next = parseCron(`0 ${hour} ${day}`, timeZone).next(now);
  if (next === null) throw new Error(`the schedule ${hour} ${day} ${timeZone} has no next time`);
  return next;
}

/** The calendar day of an instant in a time zone: `2026-11-30`. */
export function findLocalDay(at: number, timeZone: string): string {
  // The format of Sweden is ISO 8601.
  return new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short' }).format(new Date(at));
}
