import { useQueries } from '@tanstack/react-query';
import { getEndpoint } from '../../../src/mlops/serving/schema.ts';
import { endpointQuery } from '../client.ts';
import type { VersionStart } from './monitor-panels.ts';
import { listVersionStarts } from './version-starts.ts';

/** Starts of the versions of a model at these endpoints; those of endpoints that are not loaded yet are missing. */
export function useVersionStarts(model: string, endpoints: readonly string[]): VersionStart[] {
  return useQueries({
    queries: endpoints.map((endpoint) => endpointQuery(getEndpoint, { params: { endpoint } })),
    combine: (found) => found.flatMap(({ data }) => (data === undefined ? [] : listVersionStarts(model, data))),
  });
}
