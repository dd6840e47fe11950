import { formatMonth } from '../format/time.ts';
import { type DateRange, findEndMonth, findWholeMonth, rangeText } from './date-range.ts';
import type { RangePage } from './range-pages.ts';

/**
 * Note of a page that cannot follow the range as it is; null where it follows the range. `named` is the range that the
 * address names.
 *
 * @example describeRange({ unset: 'bill', wholeMonths: true }, { from: '2026-10-28', to: '2026-11-03' })
 * // 'Shows November 2026, the month of the end of the range: this page takes whole months.'
 */
export function describeRange(page: RangePage, named: DateRange | undefined): string | null {
  if (named === undefined) return null;
  if (page.wholeMonths === true && findWholeMonth(named) === undefined) {
    return `Shows ${formatMonth(findEndMonth(named))}, the month of the end of the range: this page takes whole months.`;
  }
  return page.beyond === undefined ? null : `Shows ${rangeText(named)}. ${page.beyond}`;
}
