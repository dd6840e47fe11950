import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useParams, useSearch } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import { countRuns, listRunColumns, sumRunCosts } from '../../../src/mlops/run-views/run-table/schema.ts';
import { getExperiment, listRuns } from '../../../src/mlops/runs/schema.ts';
import { endpointPages, endpointQuery } from '../client.ts';
import { useNamedRange } from '../frame/use-scope.ts';
import { columnKind, orderBy, pickColumns, readOrder } from './run-column.ts';
import { runFilter } from './run-filter.ts';
import { useLiveRuns } from './use-live-runs.ts';

const PAGE_SIZE = 200;
const COUNTING_MS = 1_500;
const LIVE_MS = 10_000;

/** All data of an experiment's page, by its URL. */
export function useRuns() {
  const { experimentId } = useParams({ from: '/experiments/$experimentId' });
  const search = useSearch({ from: '/experiments/$experimentId' });
  const { team } = useSearch({ from: '__root__' });
  const [now, setNow] = useState(() => Date.now());
  const filter = runFilter(search, team, now, useNamedRange());
  const selection = { experimentId, filter, view: search.view ?? ('active' as const) };
  const order = readOrder(search.sort);
  const experiment = useQuery(endpointQuery(getExperiment, { params: { experimentId } }));
  const known = useQuery({
    ...endpointQuery(listRunColumns, { query: { experimentId } }),
    placeholderData: keepPreviousData,
    refetchInterval: (query) => (query.state.data?.complete === false ? COUNTING_MS : false),
  });
  const columns = useMemo(() => pickColumns(search, known.data?.columns ?? []), [search, known.data]);
  const values = columns.filter((column) => !['own', 'cost'].includes(columnKind(column)));
  const asked = { ...selection, orderBy: orderBy(order), columns: ['status', ...values] };
  const pages = useInfiniteQuery({
    ...endpointPages(listRuns, { ...asked, pageSize: PAGE_SIZE }),
    enabled: search.columns !== undefined || !known.isPending,
    placeholderData: keepPreviousData,
    // Rows in view stay in place: running runs are refreshed in place, new runs are loaded on request.
    staleTime: Number.POSITIVE_INFINITY,
    refetchOnWindowFocus: false,
  });
  const loaded = useMemo(() => pages.data?.pages.flatMap((page) => page.runs), [pages.data]);
  const rows = useLiveRuns(loaded, asked.columns);
  // Rows load first, also after a new filter, so that the counts over all runs do not delay them.
  const isReady = !pages.isPending && !pages.isPlaceholderData;
  const count = useQuery({
    ...endpointQuery(countRuns, { query: selection }),
    enabled: isReady,
    placeholderData: keepPreviousData,
    refetchInterval: LIVE_MS,
  });
  const all = useQuery({
    ...endpointQuery(countRuns, { query: { experimentId, view: selection.view } }),
    enabled: isReady && filter !== '',
  });
  const cost = useQuery({
    ...endpointQuery(sumRunCosts, { query: selection }),
    enabled: isReady,
    placeholderData: keepPreviousData,
  });
  const filtered = filter !== '';
  const renew = () => setNow(Date.now());
  return {
    experimentId,
    search,
    team,
    selection,
    order,
    experiment,
    known,
    columns,
    asked,
    pages,
    rows,
    count,
    all,
    cost,
    filtered,
    renew,
  };
}

export type Runs = ReturnType<typeof useRuns>;
