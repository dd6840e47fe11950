import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { listRunVersions } from '../../../src/mlops/registry/schema.ts';
import { deleteRuns, restoreRuns } from '../../../src/mlops/run-views/run-table/schema.ts';
import { metricHistories, runFacts, runMetrics } from '../../../src/mlops/run-views/views/schema.ts';
import { getRun } from '../../../src/mlops/runs/schema.ts';
import { call, endpointQuery } from '../client.ts';
import type { CurvesSearch } from './runs-search.ts';

const POINTS = 600;

/** Query of the axis in view: its order and, once zoomed, its range in full detail. */
export function rangeQuery({ axis, start: from, end: to }: CurvesSearch) {
  // A relative axis starts at a different time in each run, so no single time range fits all.
  if (axis === 'relative') return { axis: 'time' as const };
  return {
    axis: axis ?? ('step' as const),
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
  };
}

/** Refresh interval of the page while a run is active. */
const LIVE_MS = 5_000;

/** A run with all data of its page; while the run is active, the data is refreshed in place. */
export function useRun(runId: string, view: CurvesSearch) {
  const params = { runId };
  const histories = endpointQuery(metricHistories, { query: { run: [runId], points: POINTS, ...rangeQuery(view) } });
  const run = useQuery({
    ...endpointQuery(getRun, { params }),
    refetchInterval: (query) => (query.state.data?.status === 'RUNNING' ? LIVE_MS : false),
  });
  const refetchInterval = run.data?.status === 'RUNNING' ? LIVE_MS : (false as const);
  const facts = useQuery({ ...endpointQuery(runFacts, { params }), refetchInterval });
  const metrics = useQuery({ ...endpointQuery(runMetrics, { params }), refetchInterval });
  const versions = useQuery(endpointQuery(listRunVersions, { params }));
  return {
    run,
    facts,
    metrics,
    versions,
    histories: useQuery({ ...histories, refetchInterval, placeholderData: (before) => before }),
    /** True once all data that determines the layout has loaded or failed: from then on, nothing on the page moves. */
    settled: ![run, facts, metrics, versions].some((query) => query.isPending),
  };
}

export type RunQueries = ReturnType<typeof useRun>;

/** Deletes or restores a run, then refetches all data about runs. */
export function useRunStage(runId: string, onDone: () => void) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (wanted: 'active' | 'deleted') =>
      call(wanted === 'deleted' ? deleteRuns : restoreRuns, { body: { runIds: [runId] } }),
    onSuccess: () => {
      void queries.invalidateQueries();
      onDone();
    },
  });
}
