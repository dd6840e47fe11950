import { type DateRange, daysIn, daysLater, monthsLater } from '../../frame/date-range.ts';

export const GRANULARITIES = ['day', 'week', 'month'] as const;
export type Granularity = (typeof GRANULARITIES)[number];

/** Most slots: more bars cannot be distinguished. Fewer than two show no course. */
const MAX_SLOTS = 400;
const USUAL_DAYS = 62;
const USUAL_WEEKS_DAYS = 190;

/** Default slot width for a range. */
export function usualGranularity(range: DateRange): Granularity {
  const days = daysBetween(daysIn(range));
  if (days <= USUAL_DAYS) return 'day';
  return days <= USUAL_WEEKS_DAYS && range.from.length > 7 ? 'week' : 'month';
}

/** Widths that are worth choosing between. */
export function listGranularities(range: DateRange): readonly Granularity[] {
  const days = daysBetween(daysIn(range));
  return GRANULARITIES.filter((one) => one !== 'day' || days <= MAX_SLOTS).filter(
    (one) => one !== 'month' || days > 31,
  );
}

function daysBetween({ from, to }: DateRange): number {
  return (Date.parse(to) - Date.parse(from)) / 86_400_000 + 1;
}

/** Every slot of a range, as the server names them: `2026-11-03`, `2026-W45`, `2026-11`. */
export function slotsIn(range: DateRange, width: Granularity): string[] {
  const { from, to } = daysIn(range);
  if (width === 'month') {
    const months: string[] = [];
    for (let month = from.slice(0, 7); month <= to.slice(0, 7); month = monthsLater(month, 1)) months.push(month);
    return months;
  }
  const days: string[] = [];
  for (let day = from; day <= to; day = daysLater(day, 1)) days.push(day);
  return width === 'day' ? days : [...new Set(days.map(isoWeek))];
}

/** ISO 8601 week of a day, which is the week with its Thursday: `2027-01-01` -> `2026-W53`. */
export function isoWeek(day: string): string {
  const weekday = (new Date(`${day}T00:00:00Z`).getUTCDay() + 6) % 7;
  const thursday = daysLater(day, 3 - weekday);
  const year = thursday.slice(0, 4);
  const dayOfYear = (Date.parse(thursday) - Date.parse(`${year}-01-01`)) / 86_400_000;
  return `${year}-W${String(Math.floor(dayOfYear / 7) + 1).padStart(2, '0')}`;
}

/** Monday of an ISO week: `2026-W53` -> `2026-12-28`. */
export function findMonday(week: string): string {
  const [year = '', number = ''] = week.split('-W');
  const fourth = `${year}-01-04`;
  const weekday = (new Date(`${fourth}T00:00:00Z`).getUTCDay() + 6) % 7;
  return daysLater(fourth, (Number(number) - 1) * 7 - weekday);
}
