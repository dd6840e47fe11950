import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { listRuns, type Run } from '../../../src/mlops/runs/schema.ts';
import { endpointQuery } from '../client.ts';

const LIVE_MS = 5_000;
const MOST_LIVE = 100;

/** The rows as they were loaded, with those that run renewed in place every few seconds: nothing changes its row. */
export function useLiveRuns(rows: readonly Run[] | undefined, columns: readonly string[]): readonly Run[] | undefined {
  const running = useMemo(
    () =>
      (rows ?? [])
        .filter((run) => run.status === 'RUNNING')
        .slice(0, MOST_LIVE)
        .map((run) => run.runId),
    [rows],
  );
  const filter = `run_id IN (${running.map((runId) => `'${runId}'`).join(', ')})`;
  const live = useQuery({
    ...endpointQuery(listRuns, { query: { filter, view: 'all', columns: [...columns], pageSize: MOST_LIVE } }),
    enabled: running.length > 0,
    refetchInterval: LIVE_MS,
    placeholderData: keepPreviousData,
  });
  return useMemo(() => {
    const renewed = new Map(live.data?.runs.map((run) => [run.runId, run]));
    return renewed.size === 0 ? rows : rows?.map((run) => renewed.get(run.runId) ?? run);
  }, [rows, live.data]);
}
