import { type DateRange, daysIn, daysLater, findWholeMonth } from '../frame/date-range.ts';

/** A month with fewer days of charges than this shows the days before it as well. */
const FEWEST_DAYS = 7;
/** Length of the range that replaces the start of a month. */
const RECENT_DAYS = 30;

/** Days to read for a range: those of the range and, of a whole month, the thirty days before it. */
export function findReadDays(range: DateRange): DateRange {
  const { from, to } = daysIn(range);
  return findWholeMonth(range) === undefined ? { from, to } : { from: daysLater(from, 1 - RECENT_DAYS), to };
}

/**
 * The range of the page. A month that has just begun is replaced by the thirty days to its last charge. `days` are the
 * days with charges.
 *
 * @example findShownRange({ from: '2026-12', to: '2026-12' }, ['2026-11-30', '2026-12-01'])
 * // { from: '2026-11-02', to: '2026-12-01' }
 */
export function findShownRange(range: DateRange, days: readonly string[]): DateRange {
  const { from, to } = daysIn(range);
  const inside = days.filter((day) => day >= from && day <= to).toSorted();
  const last = inside.at(-1);
  const hasEarlier = days.some((day) => day < from);
  if (findWholeMonth(range) === undefined || last === undefined || inside.length >= FEWEST_DAYS || !hasEarlier) {
    return range;
  }
  return { from: daysLater(last, 1 - RECENT_DAYS), to: last };
}
