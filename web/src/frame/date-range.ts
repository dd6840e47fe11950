import { type DateRange, daysIn, daysLater, findMonthEnd, isByDay } from '../../../src/platform/units/date-range.ts';
import { formatRangeText } from '../../../src/platform/units/schema.ts';

export {
  computeLength,
  type DateRange,
  daysIn,
  daysLater,
  isByDay,
  monthsLater,
  readRange,
  sameDayOfMonth,
} from '../../../src/platform/units/date-range.ts';

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
  return formatRangeText(from, to);
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
