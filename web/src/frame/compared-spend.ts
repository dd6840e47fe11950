import { computeLength, type DateRange, daysIn, daysLater } from './date-range.ts';
import { type ComparedRanges, type Comparison, comparedRanges } from './date-range-compare.ts';

interface Asked {
  /** Range in view; undefined for all months. */
  readonly range: DateRange | undefined;
  readonly compare: Comparison | undefined;
  readonly custom: DateRange | undefined;
  /** Last whole day of the range; null where no day of it is whole; undefined where that is not known. */
  readonly through: string | null | undefined;
  /** Same days of the month before, where the bill covers them. */
  readonly sameDays: DateRange | undefined;
}

/**
 * The days of the spend and the days that it is compared with, as many of both; undefined where no comparison is like
 * with like. Without a chosen comparison, a month is compared with the same days of the month before.
 *
 * @example compareSpend({ range: { from: '2026-11', to: '2026-11' }, compare: 'before', custom: undefined, through: '2026-11-18', sameDays: undefined })
 * // before 1 to 18 Oct, after 1 to 18 Nov
 */
export function compareSpend({ range, compare, custom, through, sameDays }: Asked): ComparedRanges | undefined {
  if (range === undefined || through === null) return undefined;
  const days = daysIn(range);
  const isCut = through !== undefined && through < days.to;
  if (compare === undefined) {
    return sameDays === undefined ? undefined : { before: sameDays, after: isCut ? { ...days, to: through } : days };
  }
  const { before, after } = comparedRanges(compare, range, through ?? null, custom);
  const whole = { before: daysIn(before), after: daysIn(after) };
  if (!isCut) return whole;
  const cut = { from: days.from, to: through };
  const last = daysLater(whole.before.from, computeLength(cut) - 1);
  return {
    before: { from: whole.before.from, to: [last, whole.before.to].sort()[0] ?? last },
    after: cut,
  };
}
