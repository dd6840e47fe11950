import { useQueries, useQuery } from '@tanstack/react-query';
import { type EndpointDetail, type EndpointSummary, getEndpoint } from '../../../src/mlops/serving/schema.ts';
import { endpointQuery } from '../client.ts';
import { endpointsQuery } from './endpoints-query.ts';

const MOVING_MS = 1_000;
const STEADY_MS = 5_000;
const LIST_MS = 10_000;

/** True while replicas start for a revision; the endpoint is polled more often then. */
export function isMoving({ state }: Pick<EndpointSummary, 'state'>): boolean {
  return state === 'rolling-out' || state === 'starting';
}

export function detailQuery(endpoint: string) {
  return endpointQuery(getEndpoint, { params: { endpoint } });
}

export function useEndpoints() {
  return useQuery({
    ...endpointsQuery,
    refetchInterval: ({ state }) => ((state.data?.endpoints ?? []).some(isMoving) ? MOVING_MS : LIST_MS),
  });
}

/** One endpoint, polled because its replicas and counts change without user action. */
export function useEndpoint(name: string) {
  return useQuery({
    ...detailQuery(name),
    refetchInterval: ({ state }) => (state.data !== undefined && isMoving(state.data) ? MOVING_MS : STEADY_MS),
  });
}

/** Detail of each endpoint by name; endpoints that are not loaded yet are missing. */
export function useDetails(names: readonly string[]): ReadonlyMap<string, EndpointDetail> {
  const found = useQueries({ queries: names.map((name) => ({ ...detailQuery(name), refetchInterval: LIST_MS })) });
  return new Map(found.flatMap(({ data }) => (data === undefined ? [] : [[data.name, data] as const])));
}
