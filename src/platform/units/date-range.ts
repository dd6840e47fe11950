import { DAY_MS } from './durations.ts';

/** Billing months or charge days (UTC); both ends belong to it. */
export interface DateRange {
  readonly from: string;
  readonly to: string;
}

const DAY_LENGTH = 'YYYY-MM-DD'.length;

/**
 * The range that an address names; undefined without one, or for an invalid one: a month with a day, or an end before
 * its start.
 */
export function readRange(from: string | undefined, to: string | undefined): DateRange | undefined {
  const range = { from: from ?? to ?? '', to: to ?? from ?? '' };
  if (range.from === '' || range.from.length !== range.to.length || range.from > range.to) return undefined;
  return range;
}

/** True if the ends are charge days; otherwise they are billing months. */
export function isByDay(range: DateRange): boolean {
  return range.from.length === DAY_LENGTH;
}

/** `2026-02-28` and 1 -> `2026-03-01`. */
export function daysLater(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, DAY_LENGTH);
}

/** `2026-11` and -2 -> `2026-09`. */
export function monthsLater(month: string, months: number): string {
  const [year = 0, number = 1] = month.split('-').map(Number);
  return new Date(Date.UTC(year, number - 1 + months, 1)).toISOString().slice(0, 7);
}

export function findMonthEnd(month: string): string {
  return daysLater(`${monthsLater(month, 1)}-01`, -1);
}

/** The same day of another month; the last one where that month is shorter: `2026-10-31` and -1 -> `2026-09-30`. */
export function sameDayOfMonth(day: string, months: number): string {
  const month = monthsLater(day.slice(0, 7), months);
  const last = findMonthEnd(month);
  const wanted = `${month}-${day.slice(8)}`;
  return wanted > last ? last : wanted;
}

/** How many days or months a range has. */
export function computeLength(range: DateRange): number {
  if (isByDay(range)) return Math.round((Date.parse(range.to) - Date.parse(range.from)) / DAY_MS) + 1;
  const at = (month: string) => Number(month.slice(0, 4)) * 12 + Number(month.slice(5, 7));
  return at(range.to) - at(range.from) + 1;
}

/** The charge days that a range means; those of its months for billing months. */
export function daysIn(range: DateRange): DateRange {
  if (isByDay(range)) return range;
  return { from: `${range.from}-01`, to: findMonthEnd(range.to) };
}

export const COMPARISONS = ['before', 'sameDays', 'lastYear', 'custom'] as const;
export type Comparison = (typeof COMPARISONS)[number];

export interface ComparedRanges {
  readonly before: DateRange;
  readonly after: DateRange;
}

/** The preceding period of the same length: October for November, the week before for a week. */
export function rangeBefore(range: DateRange): DateRange {
  const length = computeLength(range);
  if (isByDay(range)) return { from: daysLater(range.from, -length), to: daysLater(range.from, -1) };
  return { from: monthsLater(range.from, -length), to: monthsLater(range.from, -1) };
}

/**
 * The days of a range that have charges, against the same days of as many months before. Both are charge days: the part
 * of a month that is over against that part of another. `lastDay` is the last day with a charge; null when unknown.
 * Example: November with charges to the 18th -> 1 to 18 October against 1 to 18 November.
 */
export function sameDaysBefore(range: DateRange, lastDay: string | null): ComparedRanges {
  const days = daysIn(range);
  const to = lastDay !== null && lastDay >= days.from && lastDay < days.to ? lastDay : days.to;
  const whole = to === days.to;
  const months = isByDay(range) ? 1 : computeLength(range);
  const before = { from: sameDayOfMonth(days.from, -months), to: sameDayOfMonth(to, -months) };
  // A complete month is compared with a complete one, whatever their numbers of days.
  const end = whole && !isByDay(range) ? daysLater(days.from, -1) : before.to;
  return { before: { from: before.from, to: end }, after: { from: days.from, to } };
}

/** The same days or months a year before: the last day of February where a leap day has no partner. */
export function sameRangeLastYear({ from, to }: DateRange): DateRange {
  if (!isByDay({ from, to })) return { from: monthsLater(from, -12), to: monthsLater(to, -12) };
  return { from: sameDayOfMonth(from, -12), to: sameDayOfMonth(to, -12) };
}

/** The two ranges of a comparison. A custom range that is not set yet falls back to the preceding period. */
export function comparedRanges(
  comparison: Comparison,
  range: DateRange,
  lastDay: string | null,
  custom: DateRange | undefined,
): ComparedRanges {
  if (comparison === 'sameDays') return sameDaysBefore(range, lastDay);
  if (comparison === 'lastYear') return { before: sameRangeLastYear(range), after: range };
  return { before: (comparison === 'custom' ? custom : undefined) ?? rangeBefore(range), after: range };
}
