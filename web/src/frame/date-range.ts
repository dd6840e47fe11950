import { DAY_MS } from '../../../src/platform/units/durations.ts';
import { formatDay, formatMonth, formatMonthName } from '../format/time.ts';

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

/** The days of a range as a half-open interval of UTC days: November 2026 -> `2026-11-01` to `2026-12-01`. */
export function toDaySpan(range: DateRange): { readonly start: string; readonly end: string } {
  const { from, to } = daysIn(range);
  return { start: from, end: daysLater(to, 1) };
}

/** The same as instants, as endpoints with times take it. */
export function toInstants(range: DateRange): { readonly since: string; readonly until: string } {
  const { start, end } = toDaySpan(range);
  return { since: `${start}T00:00:00.000Z`, until: `${end}T00:00:00.000Z` };
}

/** The one whole month that a range is; undefined for a part of a month and for several months. */
export function findWholeMonth(range: DateRange | undefined): string | undefined {
  if (range === undefined) return undefined;
  const { from, to } = daysIn(range);
  const month = from.slice(0, 7);
  return from === `${month}-01` && to === findMonthEnd(month) ? month : undefined;
}

/** The month of the end of a range: the one that a page of whole months shows. */
export function findEndMonth(range: DateRange): string {
  return range.to.slice(0, 7);
}

/**
 * A range as text.
 * Example: two months -> "October to November 2026"; days of one month -> "3 to 17 Nov 2026".
 */
export function rangeText({ from, to }: DateRange): string {
  const oneYear = from.slice(0, 4) === to.slice(0, 4);
  if (from.length !== DAY_LENGTH) {
    if (from === to) return formatMonth(from);
    return `${oneYear ? formatMonthName(from) : formatMonth(from)} to ${formatMonth(to)}`;
  }
  const end = `${formatDay(to)} ${to.slice(0, 4)}`;
  if (from === to) return end;
  if (from.slice(0, 7) === to.slice(0, 7)) return `${Number(from.slice(8))} to ${end}`;
  return `${formatDay(from)}${oneYear ? '' : ` ${from.slice(0, 4)}`} to ${end}`;
}

/** When something was, with its preposition: "in November 2026", "from 3 to 17 Nov 2026", "on 3 Nov 2026". */
export function rangePhrase(range: DateRange): string {
  const word = range.from !== range.to ? 'from' : isByDay(range) ? 'on' : 'in';
  return `${word} ${rangeText(range)}`;
}

/** A range as the comparison takes it: `2026-10`, `2026-10-01..2026-10-07`. */
export function rangeParameter({ from, to }: DateRange): string {
  return from === to ? from : `${from}..${to}`;
}
