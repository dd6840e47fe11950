import {
  COMPARISONS,
  type Comparison,
  computeLength,
  type DateRange,
  daysIn,
} from '../../../src/platform/units/date-range.ts';

export {
  COMPARISONS,
  type ComparedRanges,
  type Comparison,
  comparedRanges,
  rangeBefore,
  sameDaysBefore,
  sameRangeLastYear,
} from '../../../src/platform/units/date-range.ts';

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
