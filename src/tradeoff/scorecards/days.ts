import { AppError } from '../../platform/errors/index.ts';
import { DAY_MS } from '../../platform/units/durations.ts';
import type { ScorecardDays } from './measures/schema.ts';

const DEFAULT_DAYS = 30;

/** UTC midnight of a day, Unix milliseconds. */
export function toMidnightMs(day: string): number {
  return Date.parse(`${day}T00:00:00Z`);
}

/** Day of an instant. Example: `addDays('2026-11-30', 1)` is '2026-12-01'. */
export function addDays(day: string, count: number): string {
  return toDay(toMidnightMs(day) + count * DAY_MS);
}

export function toDay(instantMs: number): string {
  return new Date(instantMs).toISOString().slice(0, 'YYYY-MM-DD'.length);
}

export function countDays({ start, end }: ScorecardDays): number {
  return Math.round((toMidnightMs(end) - toMidnightMs(start)) / DAY_MS);
}

/**
 * Requested days, half-open: `from` and `to` are the first and the last day. Without `to` they end with the last whole day of the
 * bills, without bills today; without `from` there are 30. Error: `invalid_request` when the last day is before the first.
 */
export function findRequestedDays(
  { from, to }: { readonly from?: string | undefined; readonly to?: string | undefined },
  { billedThrough, now }: { readonly billedThrough: string | null; readonly now: number },
): ScorecardDays {
  const today = toDay(now);
  const newest = billedThrough === null || billedThrough > today ? today : billedThrough;
  const last = to ?? (from !== undefined && from > newest ? from : newest);
  const start = from ?? addDays(last, 1 - DEFAULT_DAYS);
  if (start > last) {
    throw new AppError('invalid_request', `The last day ${last} is before the first day ${start}. Give a later one.`, {
      from: start,
      to: last,
    });
  }
  return { start, end: addDays(last, 1) };
}

/** The days of a range before an end; null: none of them is. */
export function clipDays({ start, end }: ScorecardDays, before: string): ScorecardDays | null {
  const clipped = { start, end: end < before ? end : before };
  return clipped.start < clipped.end ? clipped : null;
}

/** As many days, directly before. */
export function findPrecedingDays(days: ScorecardDays): ScorecardDays {
  return { start: addDays(days.start, -countDays(days)), end: days.start };
}
