import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { costSummary, getMonthToDate } from '../../../src/finops/costs/schema.ts';
import { endpointQuery } from '../client.ts';
import { type DateRange, daysIn, readRange } from '../frame/date-range.ts';
import { comparedRanges } from '../frame/date-range-compare.ts';
import { useScope } from '../frame/use-scope.ts';
import type { CostsSearch } from './costs-search.ts';

/** Time selection of the page: the range in view and its comparison. */
export function useCostPeriod(search: CostsSearch) {
  const scope = useScope();
  const { month, months } = scope;
  const given = readRange(search.from, search.to);
  const wholeKey = JSON.stringify(given ?? toRange(month, months) ?? null);
  // The object changes only with the range, so that charts are not redrawn on every render.
  const whole = useMemo(() => (JSON.parse(wholeKey) as DateRange | null) ?? undefined, [wholeKey]);
  const wantsComparison = search.compare !== undefined && search.delivery === undefined;
  const compares = wantsComparison && whole !== undefined;
  const byDay = useQuery({
    ...endpointQuery(costSummary, { query: { by: ['day'], ...whole } }),
    enabled: compares && scope.ready && !scope.empty,
  });
  const lastDay = useMemo(() => lastDayIn(byDay.data?.rows ?? [], whole), [byDay.data, whole]);
  const oneMonth = whole?.from === whole?.to && whole?.from.length === 'YYYY-MM'.length ? whole?.from : undefined;
  const toDate = useQuery({
    ...endpointQuery(getMonthToDate, { query: { month: oneMonth, filter: [] } }),
    enabled: compares && search.compare === 'sameDays' && oneMonth !== undefined && scope.ready && !scope.empty,
  });
  const custom = readRange(search.beforeFrom, search.beforeTo);
  // A day that is not whole yet has no like day in the month before, so the same days end with the last whole one.
  const through = toDate.data?.through ?? lastDay;
  const compared =
    compares && search.compare !== undefined ? comparedRanges(search.compare, whole, through, custom) : undefined;
  const rangeKey = JSON.stringify(compared?.after ?? whole ?? null);
  const range = useMemo(() => (JSON.parse(rangeKey) as DateRange | null) ?? undefined, [rangeKey]);
  return {
    scope,
    /** Undefined for all months, as long as no bill is known. */
    range,
    /** The range of the query: none for all months, so that every bill counts. */
    asked: given === undefined && month === undefined && !compares ? { from: undefined, to: undefined } : { ...range },
    isAll: given === undefined && month === undefined,
    compared,
    /** True if the URL requests a comparison, also before its ranges are known. */
    isCompared: wantsComparison && (compares || !scope.ready),
    lastDay,
    /** True if charges do not reach the end of the range: it is not over, or its bill has not arrived. */
    isRunning: compares && whole !== undefined && lastDay !== null && lastDay < daysIn(whole).to,
    ready:
      scope.ready &&
      (search.compare !== 'sameDays' || !compares || (byDay.isFetched && (oneMonth === undefined || toDate.isFetched))),
  };
}
export type CostPeriod = ReturnType<typeof useCostPeriod>;

function toRange(month: string | undefined, months: readonly string[]): DateRange | undefined {
  const [from, to] = month === undefined ? [months[0], months.at(-1)] : [month, month];
  return from === undefined || to === undefined ? undefined : { from, to };
}

/** Last day of a range that has a charge; null when none has. */
function lastDayIn(rows: readonly Readonly<Record<string, string | null>>[], range: DateRange | undefined) {
  if (range === undefined) return null;
  const { from, to } = daysIn(range);
  const days = rows.map(({ day }) => day ?? '').filter((day) => day >= from && day <= to);
  return days.reduce<string | null>((last, day) => (last === null || day > last ? day : last), null);
}
