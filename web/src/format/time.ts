import { formatDayText } from '../../../src/platform/units/schema.ts';

export {
  formatInstantText as formatInstant,
  formatMonthName,
  formatMonthText as formatMonth,
} from '../../../src/platform/units/schema.ts';

/** `2026-11-03` -> `3 Nov`. */
export function formatDay(day: string): string {
  return formatDayText(day).slice(0, -' YYYY'.length);
}

/** The day of an instant in UTC: `2026-11-17T14:02:11Z` -> `17 Nov 2026`. */
export function formatDate(instant: string): string {
  return formatDayText(new Date(instant).toISOString().slice(0, 'YYYY-MM-DD'.length));
}

/** The same instant where the reader is, for hover. */
export function formatLocal(instant: string): string {
  return new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'long' }).format(new Date(instant));
}

/** Month before: `2026-01` -> `2025-12`. */
export function monthBefore(month: string): string {
  const [year = 0, number = 1] = month.split('-').map(Number);
  return new Date(Date.UTC(year, number - 2, 1)).toISOString().slice(0, 7);
}

/** Every day of a month: `2026-02` -> `2026-02-01` to `2026-02-28`. */
export function listDays(month: string): string[] {
  const [year = 0, number = 1] = month.split('-').map(Number);
  const count = new Date(Date.UTC(year, number, 0)).getUTCDate();
  return Array.from({ length: count }, (_, index) => `${month}-${String(index + 1).padStart(2, '0')}`);
}

const DAY_MS = 86_400_000;

/** Whole days from an instant to now: `today`, `1 day`, `12 days`. */
export function formatAge(instant: string, now: number): string {
  const days = Math.max(0, Math.floor((now - Date.parse(instant)) / DAY_MS));
  if (days === 0) return 'today';
  return days === 1 ? '1 day' : `${days} days`;
}
