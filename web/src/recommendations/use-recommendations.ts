import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import {
  applyRecommendation,
  dismissRecommendation,
  findRecommendations,
  getRecommendation,
  keepRecommendation,
  listRecommendations,
  type Recommendation,
  tryRecommendation,
  undoRecommendation,
} from '../../../src/tradeoff/recommendations/schema.ts';
import { call, endpointQuery } from '../client.ts';

const REFRESH_MS = 30_000;

export function useRecommendations(state: 'open' | 'done' | 'closed' | 'all') {
  return useQuery({ ...endpointQuery(listRecommendations, { query: { state } }), refetchInterval: REFRESH_MS });
}

export function useRecommendation(recommendation: string) {
  const query = endpointQuery(getRecommendation, { params: { recommendation } });
  return useQuery({ ...query, refetchInterval: REFRESH_MS });
}

const DRY_RUN = 'dry run';

/** Dry run of a recommendation; it changes nothing. */
export function usePreview(recommendation: string) {
  return useQuery({
    queryKey: [applyRecommendation.path, recommendation, DRY_RUN],
    queryFn: ({ signal }) => call(applyRecommendation, { params: { recommendation }, body: {} }, signal),
    retry: false,
    gcTime: 0,
  });
}

function useAct<Asked>(act: (asked: Asked) => Promise<unknown>, onDone: () => void) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: act,
    onSuccess: onDone,
    // Without the dry run: its dialog is still mounted, and an applied recommendation has no dry run (409).
    onSettled: () => void queries.invalidateQueries({ predicate: ({ queryKey }) => queryKey.at(-1) !== DRY_RUN }),
  });
}

const toParams = ({ recommendation }: Pick<Recommendation, 'recommendation'>) => ({ recommendation });
const withReason = (reason: string) => (reason === '' ? {} : { reason });

/** Carries it out; manual work is marked as done, or only accepted where `isDone` is false. */
export function useApply(one: Recommendation, onDone: () => void, isDone = true) {
  const act = (reason: string) =>
    call(applyRecommendation, { params: toParams(one), body: { isDryRun: false, isDone, ...withReason(reason) } });
  return useAct(act, onDone);
}

/** Proposes it as an optimization. */
export function useTry(one: Recommendation, onDone: () => void) {
  const act = (reason: string) => call(tryRecommendation, { params: toParams(one), body: withReason(reason) });
  return useAct(act, onDone);
}

export function useDismiss(one: Recommendation, onDone: () => void) {
  const act = ({ reason, until }: { readonly reason: string; readonly until: string | null }) =>
    call(dismissRecommendation, {
      params: toParams(one),
      body: { ...withReason(reason), ...(until === null ? {} : { until }) },
    });
  return useAct(act, onDone);
}

export function useUndo(one: Recommendation, onDone: () => void) {
  return useAct(() => call(undoRecommendation, { params: toParams(one), body: {} }), onDone);
}

export function useKeep(one: Recommendation) {
  return useAct(
    (hours: number) => call(keepRecommendation, { params: toParams(one), body: { hours } }),
    () => undefined,
  );
}

/** Runs a scan now. */
export function useFind() {
  return useAct(
    () => call(findRecommendations, { body: {} }),
    () => undefined,
  );
}
