import {
  type CostRange,
  computeLength,
  daysIn,
  daysLater,
  isByDay,
  monthsLater,
  sameDayOfMonth,
} from '../period/range.ts';

export const COMPARISONS = ['before', 'sameDays', 'custom'] as const;
export type Comparison = (typeof COMPARISONS)[number];

export interface ComparedRanges {
  readonly before: CostRange;
  readonly after: CostRange;
}

/** The preceding period of the same length: October for November, the week before for a week. */
export function rangeBefore(range: CostRange): CostRange {
  const length = computeLength(range);
  if (isByDay(range)) return { from: daysLater(range.from, -length), to: daysLater(range.from, -1) };
  return { from: monthsLater(range.from, -length), to: monthsLater(range.from, -1) };
}

/**
 * The days of a range that have charges, against the same days of as many months before. Both are charge days: the part
 * of a month that is over against that part of another. `lastDay` is the last day with a charge; null when unknown.
 * Example: November with charges to the 18th -> 1 to 18 October against 1 to 18 November.
 */
export function sameDaysBefore(range: CostRange, lastDay: string | null): ComparedRanges {
  const days = daysIn(range);
  const to = lastDay !== null && lastDay >= days.from && lastDay < days.to ? lastDay : days.to;
  const whole = to === days.to;
  const months = isByDay(range) ? 1 : computeLength(range);
  const before = { from: sameDayOfMonth(days.from, -months), to: sameDayOfMonth(to, -months) };
  // A complete month is compared with a complete one, whatever their numbers of days.
  const end = whole && !isByDay(range) ? daysLater(days.from, -1) : before.to;
  return { before: { from: before.from, to: end }, after: { from: days.from, to } };
}

/** The two ranges of a comparison. A custom range that is not set yet falls back to the preceding period. */
export function comparedRanges(
  comparison: Comparison,
  range: CostRange,
  lastDay: string | null,
  custom: CostRange | undefined,
): ComparedRanges {
  if (comparison === 'sameDays') return sameDaysBefore(range, lastDay);
  return { before: (comparison === 'custom' ? custom : undefined) ?? rangeBefore(range), after: range };
}
