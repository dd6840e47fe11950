import {
  computeLength,
  type DateRange,
  daysIn,
  daysLater,
  isByDay,
  monthsLater,
  sameDayOfMonth,
} from './date-range.ts';

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

/** Longest range of days that has its partner in one month before. */
const MONTH_DAYS = 31;

/** Comparisons that mean something for a range: the same days last month only for a month or a part of one. */
export function listComparisons(range: DateRange): readonly Comparison[] {
  return COMPARISONS.filter((one) => one !== 'sameDays' || computeLength(daysIn(range)) <= MONTH_DAYS);
}

export const COMPARISON_LABELS: Readonly<Record<Comparison, string>> = {
  before: 'Previous period',
  sameDays: 'Same days last month',
  lastYear: 'Same period last year',
  custom: 'Custom period',
};

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
