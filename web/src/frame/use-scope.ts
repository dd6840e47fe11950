import { useNavigate, useSearch } from '@tanstack/react-router';
import { useEffect, useMemo } from 'react';
import { type DateRange, findEndMonth, findWholeMonth, rangePhrase, rangeText, readRange } from './date-range.ts';
import { comparedRanges } from './date-range-compare.ts';
import { type ScopeSearch, toScopeRange } from './scope-search.ts';
import { useBillMonths } from './use-bill-months.ts';

export interface Scope {
  /** Billing months or charge days in view, both ends included; undefined for all months, and before it is known. */
  readonly range: DateRange | undefined;
  /** "November 2026", "1 to 30 Nov 2026", "All months". */
  readonly label: string;
  /** The same in a sentence: "in November 2026", "from 1 to 30 Nov 2026", "in all months". */
  readonly phrase: string;
  /** The month in view, where the range is a whole one; undefined for other ranges. */
  readonly month: string | undefined;
  /** Month for a page of whole months: the month in view, else the month of the end of the range. */
  readonly endMonth: string | undefined;
  /** Compared range; undefined without a comparison. */
  readonly before: DateRange | undefined;
  readonly team: string | undefined;
  /** Months with bill rows, oldest first. */
  readonly months: readonly string[];
  /** False until the range is known, so that no query uses the wrong one. */
  readonly ready: boolean;
  /** No bill has been imported at all. */
  readonly empty: boolean;
}

/** The date range and team that the address names; without a range, the newest month with a whole day. */
export function useScope(): Scope {
  const search = useSearch({ from: '__root__' });
  const { months, shown, isPending, isEmpty } = useBillMonths();
  const range = useStable(toScopeRange(search, shown));
  const custom = readRange(search.beforeFrom, search.beforeTo);
  const before = useStable(
    range === undefined || search.compare === undefined
      ? undefined
      : comparedRanges(search.compare, range, null, custom).before,
  );
  const isNamed = search.period !== undefined || readRange(search.from, search.to) !== undefined;
  return {
    range,
    label: range === undefined ? 'All months' : rangeText(range),
    phrase: range === undefined ? 'in all months' : rangePhrase(range),
    month: findWholeMonth(range),
    endMonth: range === undefined ? months.at(-1) : findEndMonth(range),
    before,
    team: search.team,
    months,
    ready: isNamed || !isPending,
    empty: isEmpty,
  };
}

/** The scope of a page that takes whole months: of another range, the month of its end. */
export function useMonthScope(): Scope {
  const scope = useScope();
  return { ...scope, month: scope.range === undefined ? undefined : scope.endMonth };
}

/**
 * The range that the address names, for a page with its own range: undefined without one. Needs no bill.
 */
export function useNamedRange(): DateRange | undefined {
  const { from, to } = useSearch({ from: '__root__' });
  return useStable(readRange(from, to));
}

/** Writes the month that is shown into an address that names none, so that the link shows a colleague the same page later. */
export function usePinnedPeriod(needed: boolean): void {
  const search = useSearch({ from: '__root__' });
  const { shown } = useBillMonths({ enabled: needed });
  const navigate = useNavigate();
  const isNamed = search.period !== undefined || readRange(search.from, search.to) !== undefined;
  useEffect(() => {
    if (!needed || isNamed || shown === undefined) return;
    void navigate({
      to: '.',
      search: (before) => ({ ...before, period: shown as ScopeSearch['period'] }),
      replace: true,
    });
  }, [needed, isNamed, shown, navigate]);
}

/** The same object as long as the range is the same, so that charts are not redrawn on every render. */
function useStable(range: DateRange | undefined): DateRange | undefined {
  const { from, to } = range ?? {};
  return useMemo(() => (from === undefined || to === undefined ? undefined : { from, to }), [from, to]);
}
