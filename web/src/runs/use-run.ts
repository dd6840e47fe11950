import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { listRunVersions } from '../../../src/mlops/registry/schema.ts';
import { deleteRuns, restoreRuns } from '../../../src/mlops/tracking/run-table/schema.ts';
import { getRun } from '../../../src/mlops/tracking/schema.ts';
import { metricHistories, runFacts, runMetrics } from '../../../src/mlops/tracking/views/schema.ts';
import { call, endpointQuery } from '../client.ts';
import type { CurvesSearch } from './runs-search.ts';

const POINTS = 600;

/** What the server is asked for of the axis in view: its order and, once zoomed, its part in full detail. */
export function rangeQuery({ axis, from, to }: CurvesSearch) {
  // A relative axis begins elsewhere in each run: no one range of time is right for all.
  if (axis === 'relative') return { axis: 'time' as const };
  return {
    axis: axis ?? ('step' as const),
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
  };
}

/** A run with everything that its page shows. */
export function useRun(runId: string, view: CurvesSearch) {
  const params = { runId };
  const histories = endpointQuery(metricHistories, { query: { run: [runId], points: POINTS, ...rangeQuery(view) } });
  return {
    run: useQuery(endpointQuery(getRun, { params })),
    facts: useQuery(endpointQuery(runFacts, { params })),
    metrics: useQuery(endpointQuery(runMetrics, { params })),
    versions: useQuery(endpointQuery(listRunVersions, { params })),
    histories: useQuery({ ...histories, placeholderData: (before) => before }),
  };
}

/** Deletes a run or restores it; whatever is shown of runs is asked anew. */
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
