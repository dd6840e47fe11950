import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import {
  getOptimization,
  listOptimizations,
  type OptimizationDetail,
  resumeOptimization,
  stopOptimization,
} from '../../../src/tradeoff/optimizations/schema.ts';
import { call, endpointQuery } from '../client.ts';
import type { OptimizationsSearch } from './optimizations-search.ts';
import type { OptimizationAct } from './words.ts';

const REFRESH_MS = 30_000;

export function useOptimizations({ endpoint, state }: OptimizationsSearch = {}) {
  const query = { ...(endpoint === undefined ? {} : { endpoint }), ...(state === undefined ? {} : { state }) };
  return useQuery({ ...endpointQuery(listOptimizations, { query }), refetchInterval: REFRESH_MS });
}

export function useOptimization(optimization: string) {
  return useQuery({ ...endpointQuery(getOptimization, { params: { optimization } }), refetchInterval: REFRESH_MS });
}

/** Stops, undoes, closes or resumes an optimization. */
export function useOptimizationAct({ optimization }: Pick<OptimizationDetail, 'optimization'>, onDone: () => void) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ act, reason }: { readonly act: OptimizationAct; readonly reason: string }) => {
      const params = { optimization };
      const body = reason === '' ? {} : { reason };
      return act === 'resume'
        ? call(resumeOptimization, { params, body })
        : call(stopOptimization, { params, body: { ...body, undo: act === 'undo' } });
    },
    onSuccess: onDone,
    onSettled: () => void queries.invalidateQueries(),
  });
}
