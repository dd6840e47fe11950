import { useQueries, useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useMemo } from 'react';
import { compareRuns, metricHistories } from '../../../src/mlops/run-views/views/schema.ts';
import { endpointQuery } from '../client.ts';
import { namedRuns } from './curves.ts';
import { groupMetrics, keyMetric } from './metric-words.ts';
import { findCurrency, listColumns, listMetricKeys } from './run-columns.ts';
import type { CurvesSearch, RunsCompareSearch } from './runs-search.ts';
import { rangeQuery } from './use-run.ts';

/**
 * Approximate number of points of all curves of a chart together; points beyond the number of screen columns are not
 * visible.
 */
const POINTS_A_CHART = 24_000;
const FEWEST_POINTS = 240;
const MOST_POINTS = 1_200;

/** The compared runs of the URL with the shared data of all parts of the page, and a function that changes the URL. */
export function useCompare() {
  const search = useSearch({ from: '/runs/compare' });
  const navigate = useNavigate({ from: '/runs/compare' });
  const ids = search.runs ?? [];
  const asked = endpointQuery(compareRuns, { query: { run: ids } });
  const compared = useQuery({ ...asked, enabled: ids.length > 0 });
  const named = useMemo(() => namedRuns(compared.data?.runs ?? []), [compared.data]);
  const runs = useMemo(() => named.map(({ run }) => run), [named]);
  const hidden = useMemo(() => new Set(search.hide ?? []), [search.hide]);
  const visible = useMemo(() => named.filter(({ run }) => !hidden.has(run.runId)), [named, hidden]);
  const columns = useMemo(() => listColumns(runs), [runs]);
  const metrics = listMetricKeys(columns);
  const metric = search.metric !== undefined && metrics.includes(search.metric) ? search.metric : keyMetric(metrics);
  const change = (changes: Partial<RunsCompareSearch>) =>
    void navigate({ search: (before) => ({ ...before, ...changes }), resetScroll: false, replace: true });
  return {
    search,
    ids,
    compared,
    named,
    runs,
    visible,
    hidden,
    columns,
    metrics,
    metric,
    currency: findCurrency(runs),
    change,
  };
}
export type Compare = ReturnType<typeof useCompare>;

/** The charts that a comparison can draw, those of the model before those of the machine. */
export function useCurveCharts(ids: readonly string[], metrics: readonly string[], view: CurvesSearch, first: number) {
  const ordered = groupMetrics(metrics).flatMap((group) => group.metrics);
  const points = Math.round(Math.min(MOST_POINTS, Math.max(FEWEST_POINTS, POINTS_A_CHART / Math.max(1, ids.length))));
  const wanted = view.charts === 'all' ? ordered : ordered.slice(0, first);
  const queries = useQueries({
    queries: wanted.map((metric) => ({
      ...endpointQuery(metricHistories, { query: { run: [...ids], key: [metric], points, ...rangeQuery(view) } }),
      enabled: ids.length > 0,
      placeholderData: <T>(before: T | undefined) => before,
    })),
  });
  return {
    hidden: ordered.length - wanted.length,
    charts: wanted.map((metric, index) => ({ metric, query: queries[index] })),
  };
}
