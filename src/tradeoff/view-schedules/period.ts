import {
  COMPARISONS,
  type Comparison,
  comparedRanges,
  type DateRange,
  daysLater,
  findMonthEnd,
  monthsLater,
  readRange,
  sameDaysBefore,
} from '../../platform/units/date-range.ts';
import type { SendInterval } from './schema.ts';

/** Period of the figures and of their comparison. */
export interface ViewPeriod {
  /** null: all bills. */
  readonly period: DateRange | null;
  readonly compared: DateRange | null;
}

/** Month that the bills reach, and its last whole day; null while no day of it is whole. */
export interface BilledMonth {
  readonly month: string;
  readonly through: string | null;
}

/**
 * Period of the message of a view. Dates in its address stay. Without dates: a daily message has the month to date up to its last whole
 * day against the same days of the month before, a weekly one the last whole week, a monthly one the last whole month. `today` is the day
 * of the message in the time zone of the schedule.
 */
export function choosePeriod(
  search: URLSearchParams,
  every: SendInterval,
  today: string,
  billed: BilledMonth,
): ViewPeriod {
  const ends = (from: string, to: string) => readRange(search.get(from) ?? undefined, search.get(to) ?? undefined);
  const named = ends('from', 'to') ?? readRange(search.get('period') ?? undefined, undefined);
  if (named?.from === 'all') return { period: null, compared: null };
  const comparison = COMPARISONS.find((one) => one === search.get('compare'));
  const custom = ends('beforeFrom', 'beforeTo');
  const compare = (range: DateRange, usual: Comparison): ViewPeriod => {
    const lastDay = range.from.startsWith(billed.month) ? billed.through : null;
    const { before, after } = comparedRanges(comparison ?? usual, range, lastDay, custom);
    return { period: after, compared: before };
  };
  if (named !== undefined) return compare(named, 'before');
  if (every === 'week') return compare(findWeekBefore(today), 'before');
  if (every === 'month') return compare(toMonth(monthsLater(today.slice(0, 7), -1)), 'before');
  const { month, through } = billed;
  // No day of the month is whole: the month before is the newest one with figures.
  if (through === null) return compare(toMonth(monthsLater(month, -1)), 'before');
  const toDate = { from: `${month}-01`, to: through };
  if (through === findMonthEnd(month)) return compare(toMonth(month), 'before');
  if (comparison !== undefined && comparison !== 'sameDays') return compare(toDate, comparison);
  const { before, after } = sameDaysBefore(toMonth(month), through);
  return { period: after, compared: before };
}

const toMonth = (month: string): DateRange => ({ from: month, to: month });

/** Monday to Sunday of the week before the one of `day`. */
function findWeekBefore(day: string): DateRange {
  const sinceMonday = (new Date(`${day}T00:00:00Z`).getUTCDay() + 6) % 7;
  const monday = daysLater(day, -sinceMonday - 7);
  return { from: monday, to: daysLater(monday, 6) };
}

/** The parameters of dates that show this period on the page. */
export function writePeriod(search: URLSearchParams, { period, compared }: ViewPeriod): void {
  for (const key of ['period', 'from', 'to', 'compare', 'beforeFrom', 'beforeTo']) search.delete(key);
  if (period === null) {
    search.set('period', 'all');
    return;
  }
  search.set('from', period.from);
  search.set('to', period.to);
  if (compared === null) return;
  search.set('compare', 'custom');
  search.set('beforeFrom', compared.from);
  search.set('beforeTo', compared.to);
}
