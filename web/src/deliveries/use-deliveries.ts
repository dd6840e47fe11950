import { useInfiniteQuery } from '@tanstack/react-query';
import { useEffect, useMemo } from 'react';
import { listDeliveries } from '../../../src/finops/billing/schema.ts';
import { endpointPages } from '../client.ts';
import type { DateRange } from '../frame/date-range.ts';
import { useNamedRange } from '../frame/use-scope.ts';

const PAGE_SIZE = 1000;
/** Limit of pages to load. With more deliveries than that, the newest part of the history is only in the CLI. */
const MAX_PAGES = 20;

/** Whether a billing period is a month of the range; a delivery without a period belongs to every range. */
function isPeriodIn(period: string | null, range: DateRange | undefined): boolean {
  if (range === undefined || period === null) return true;
  return range.from.slice(0, 7) <= period && period <= range.to.slice(0, 7);
}

/** Every delivery of the months of the range, oldest first, page after page until all are here. */
export function useDeliveries() {
  const pages = useInfiniteQuery(endpointPages(listDeliveries, { pageSize: PAGE_SIZE }));
  const { hasNextPage, isFetching, isError, fetchNextPage } = pages;
  const loaded = pages.data?.pages.length ?? 0;
  const more = hasNextPage && loaded < MAX_PAGES;
  useEffect(() => {
    if (more && !isFetching && !isError) void fetchNextPage();
  }, [more, isFetching, isError, fetchNextPage]);
  const range = useNamedRange();
  const entries = useMemo(
    () => pages.data?.pages.flatMap((page) => page.deliveries).filter(({ period }) => isPeriodIn(period, range)),
    [pages.data, range],
  );
  return {
    entries,
    /** False while older pages are still coming, and when there are more than this page can show. */
    complete: !hasNextPage,
    query: { data: entries, error: pages.error, refetch: pages.refetch },
  };
}
