import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { getEndpointScaling } from '../../../src/mlops/serving/autoscaling/schema.ts';
import { abortEndpoint, getEndpointRollout, promoteEndpoint } from '../../../src/mlops/serving/rollouts/schema.ts';
import { call, endpointQuery } from '../client.ts';

const RUNNING_MS = 2_000;
const STEADY_MS = 10_000;

/** The canary in progress, or the last one. */
export function useRollout(endpoint: string) {
  return useQuery({
    ...endpointQuery(getEndpointRollout, { params: { endpoint } }),
    refetchInterval: ({ state }) => (state.data?.rollout?.state === 'running' ? RUNNING_MS : STEADY_MS),
  });
}

export type RolloutEnd = 'promote' | 'abort';

/** Promotes a canary to all of the traffic, or aborts it. */
export function useEndRollout(endpoint: string, onDone: () => void) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (end: RolloutEnd) =>
      call(end === 'promote' ? promoteEndpoint : abortEndpoint, { params: { endpoint } }),
    onSuccess: onDone,
    onSettled: () => void queries.invalidateQueries(),
  });
}

/** Wanted number of replicas with its reason, and earlier scaling decisions. */
export function useScaling(endpoint: string) {
  return useQuery({
    ...endpointQuery(getEndpointScaling, { params: { endpoint } }),
    refetchInterval: STEADY_MS,
  });
}
