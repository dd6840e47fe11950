import { Temporal } from 'temporal-polyfill';
import type { z } from 'zod';
import type { Instant } from '../../platform/units/index.ts';
import type { BudgetPeriod } from './schema.ts';

/** Half-open stretch of time [start, end) in Unix milliseconds. */
export interface Window {
  readonly start: Instant;
  readonly end: Instant;
}

/** The fields of `BudgetSpec` that define its windows. */
export interface Recurrence {
  readonly period: z.infer<typeof BudgetPeriod>;
  /** IANA time zone; its midnight separates two windows. */
  readonly timeZone: string;
  /** Bounds of a one-time budget: its first instant, and the first instant after it. Null: unbounded. */
  readonly from: Instant | null;
  readonly until: Instant | null;
}

/** Bounds of a one-time budget without explicit ones: the range of ISO dates with four-digit years. */
const EARLIEST: Instant = Date.parse('0001-01-01T00:00:00Z');
const LATEST: Instant = Date.parse('9999-12-31T00:00:00Z');

/**
 * The window of a budget that contains an instant; null if the instant is outside of a one-time budget. Weeks begin on
 * Monday (ISO 8601), quarters in January, April, July and October. A day of 23 or 25 hours is one day. Example: month in
 * Europe/Berlin at 2026-03-31T22:30Z -> [2026-03-31T22:00Z, 2026-04-30T22:00Z).
 */
export function findWindowAt(recurrence: Recurrence, at: Instant): Window | null {
  if (recurrence.period === 'once') {
    const { from, until } = recurrence;
    const window = { start: from ?? EARLIEST, end: until ?? LATEST };
    return at >= window.start && at < window.end ? window : null;
  }
  const today = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(recurrence.timeZone).toPlainDate();
  const first = findFirstDay(recurrence.period, today);
  return {
    start: findMidnight(first, recurrence),
    end: findMidnight(first.add(LENGTHS[recurrence.period]), recurrence),
  };
}

/** Every window that [start, end) touches, in order. */
export function listWindowsWithin(recurrence: Recurrence, start: Instant, end: Instant): Window[] {
  const windows: Window[] = [];
  for (let at = start; at < end; ) {
    const window = findWindowAt(recurrence, at);
    if (window === null) return windows.length === 0 ? listOnceWindow(recurrence, at, end) : windows;
    windows.push(window);
    at = window.end;
  }
  return windows;
}

/** A budget that is given once and begins within [at, end). */
function listOnceWindow({ from, until }: Recurrence, at: Instant, end: Instant): Window[] {
  return from !== null && from > at && from < end ? [{ start: from, end: until ?? LATEST }] : [];
}

type Recurring = Exclude<Recurrence['period'], 'once'>;

const LENGTHS: Readonly<Record<Recurring, Temporal.DurationLike>> = {
  day: { days: 1 },
  week: { weeks: 1 },
  month: { months: 1 },
  quarter: { months: 3 },
  year: { years: 1 },
};

function findFirstDay(period: Recurring, day: Temporal.PlainDate): Temporal.PlainDate {
  switch (period) {
    case 'day':
      return day;
    case 'week':
      return day.subtract({ days: day.dayOfWeek - 1 });
    case 'month':
      return day.with({ day: 1 });
    case 'quarter':
      return day.with({ day: 1, month: day.month - ((day.month - 1) % 3) });
    case 'year':
      return day.with({ day: 1, month: 1 });
  }
}

/** If the time zone skips midnight, the day begins at the first instant after the skip. */
function findMidnight(day: Temporal.PlainDate, { timeZone }: Recurrence): Instant {
  return day.toZonedDateTime({ timeZone }).epochMilliseconds;
}
