import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { groupRuns, type RunColumn } from '../../../src/mlops/run-views/run-table/schema.ts';
import { endpointQuery } from '../client.ts';
import { keyMetric } from '../runs/metric-words.ts';
import type { Runs } from './use-runs.ts';

/** The matching runs grouped by a common value, with the key metric until another is chosen. */
export function useRunGroups({ search, selection, known }: Runs, by: string) {
  const metrics = keysOf(known.data?.columns ?? [], 'metric');
  const metric = search.metric ?? keyMetric(metrics);
  const groups = useQuery({
    ...endpointQuery(groupRuns, { query: { ...selection, by, ...(metric === undefined ? {} : { metric }) } }),
    enabled: !known.isPending,
    placeholderData: keepPreviousData,
  });
  return { groups, metric, metrics };
}

function keysOf(columns: readonly RunColumn[], entity: RunColumn['entity']): string[] {
  return columns.filter((column) => column.entity === entity).map(({ key }) => key);
}
