import { useNavigate, useSearch } from '@tanstack/react-router';
import { type DateRange, readRange } from './date-range.ts';
import { type Comparison, comparedRanges } from './date-range-compare.ts';
import type { RangePage } from './range-pages.ts';
import { toScopeRange } from './scope-search.ts';
import { useBillMonths } from './use-bill-months.ts';

/** The date range of the address as the picker shows and changes it. */
export function useDateRange(page: RangePage) {
  const search = useSearch({ from: '__root__' });
  const navigate = useNavigate();
  const ofBill = page.unset === 'bill';
  const { months, shown, isPending } = useBillMonths({ enabled: ofBill });
  const named = readRange(search.from, search.to);
  const range = ofBill ? toScopeRange(search, shown) : named;
  const custom = readRange(search.beforeFrom, search.beforeTo);
  const compared =
    range === undefined || search.compare === undefined
      ? undefined
      : comparedRanges(search.compare, range, null, custom).before;
  // A row in view belongs to the range that is left.
  const change = (changes: Record<string, string | undefined>) =>
    void navigate({ to: '.', search: (before) => ({ ...before, ...changes, row: undefined }), resetScroll: false });
  return {
    search,
    range,
    compared,
    months,
    ready: !ofBill || range !== undefined || search.period !== undefined || !isPending,
    choose: (next: DateRange) => change({ period: undefined, from: next.from, to: next.to }),
    /** Every month of the bill, or the page's own range. */
    clear: () => change({ period: ofBill ? 'all' : undefined, from: undefined, to: undefined }),
    compare: (comparison: Comparison | undefined) =>
      change({ compare: comparison, beforeFrom: undefined, beforeTo: undefined, effect: undefined }),
    compareWith: (next: DateRange) => change({ beforeFrom: next.from, beforeTo: next.to }),
  };
}
