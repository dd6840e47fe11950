import { DAY_MS, HOUR_MS, WEEK_MS } from '../../platform/units/durations.ts';
import type { ReportSchedule } from './schema.ts';

/** Window of a report, in milliseconds since the Unix epoch, half-open, UTC. */
export interface ReportWindow {
  /** `2026-W47` or `2026-10`. */
  readonly name: string;
  readonly start: number;
  readonly end: number;
}

/** Reports are sent at 06:00 UTC on the day after the window. */
const SENT_AFTER_MS = 6 * HOUR_MS;

/** Example: `2026-W47` -> 2026-11-16 to 2026-11-23. */
export function parseWeek(week: string): ReportWindow {
  const [year = 0, number = 1] = week.split('-W').map(Number);
  // 4 January is always in week 1.
  const start = findMonday(Date.UTC(year, 0, 4)) + (number - 1) * WEEK_MS;
  return { name: week, start, end: start + WEEK_MS };
}

/** Example: `2026-10` -> 2026-10-01 to 2026-11-01. */
export function parseMonth(month: string): ReportWindow {
  const [year = 0, number = 1] = month.split('-').map(Number);
  return { name: month, start: Date.UTC(year, number - 1, 1), end: Date.UTC(year, number, 1) };
}

/** The window that contains an instant. */
export function findWindow(schedule: ReportSchedule, at: number): ReportWindow {
  if (schedule === 'monthly') return parseMonth(new Date(at).toISOString().slice(0, 'YYYY-MM'.length));
  const start = findMonday(at);
  // The year of a week is the year of its Thursday.
  const year = new Date(start + 3 * DAY_MS).getUTCFullYear();
  const number = Math.round((start - findMonday(Date.UTC(year, 0, 4))) / WEEK_MS) + 1;
  return { name: `${year}-W${String(number).padStart(2, '0')}`, start, end: start + WEEK_MS };
}

export function findWindowBefore(schedule: ReportSchedule, { start }: ReportWindow): ReportWindow {
  return findWindow(schedule, start - 1);
}

/** The last window that has ended. */
export function findLastComplete(schedule: ReportSchedule, now: number): ReportWindow {
  return findWindowBefore(schedule, findWindow(schedule, now));
}

export function computeSendTime({ end }: ReportWindow): number {
  return end + SENT_AFTER_MS;
}

/** UTC days of a window for queries with included ends: `[first, last]`. */
export function listEnds({ start, end }: ReportWindow): readonly [from: string, to: string] {
  const day = (at: number) => new Date(at).toISOString().slice(0, 'YYYY-MM-DD'.length);
  return [day(start), day(end - 1)];
}

function findMonday(at: number): number {
  const day = Math.floor(at / DAY_MS);
  // Day 0 of the epoch is a Thursday.
  return (day - ((((day + 3) % 7) + 7) % 7)) * DAY_MS;
}
