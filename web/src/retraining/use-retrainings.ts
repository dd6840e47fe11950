import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useCallback, useMemo } from 'react';
import {
  dismissRetrainingRound,
  getRetraining,
  getRetrainingRound,
  isRoundOver,
  type RetrainingRound,
  startRetraining,
} from '../../../src/tradeoff/retraining/schema.ts';
import { call, endpointPages, endpointQuery } from '../client.ts';
import { retrainingsQuery } from './retrainings-query.ts';

const REFRESH_MS = 10_000;
const RUNNING_MS = 2_000;
const PAGE_SIZE = 50;

export function useRetrainings() {
  return useQuery({ ...retrainingsQuery, refetchInterval: REFRESH_MS });
}

/** One retraining, and its rounds page after page as they are asked for. */
export function useRetraining(retraining: string) {
  const pages = useInfiniteQuery({
    ...endpointPages(getRetraining, { pageSize: PAGE_SIZE }, { retraining }),
    refetchInterval: REFRESH_MS,
  });
  const rounds = useMemo(() => pages.data?.pages.flatMap((page) => page.rounds) ?? [], [pages.data]);
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = pages;
  const onEnd = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, fetchNextPage]);
  return { query: { data: pages.data?.pages[0], error: pages.error, refetch: pages.refetch }, rounds, onEnd };
}

function roundQuery(retraining: string, round: number) {
  return endpointQuery(getRetrainingRound, { params: { retraining, round: String(round) } });
}

/** One round, asked for again and again until it is over. */
export function useRound(retraining: string, round: number) {
  return useQuery({
    ...roundQuery(retraining, round),
    refetchInterval: ({ state: { data } }) => {
      if (data === undefined || isRoundOver(data.state)) return false;
      return data.state === 'waiting' ? REFRESH_MS : RUNNING_MS;
    },
  });
}

export interface Start {
  /** The round that waits; null opens a new one. */
  readonly round: number | null;
  readonly reason: string;
  /** Idempotency key, so that a repeated request starts one round. */
  readonly requestKey: string;
}

/** Starts a retraining, whatever its expected gain. */
export function useStart(retraining: string, onDone: (round: RetrainingRound) => void) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ round, reason, requestKey }: Start) =>
      call(startRetraining, {
        params: { retraining },
        body: { ...(round === null ? {} : { round }), ...(reason === '' ? {} : { reason }), requestKey },
      }),
    onSuccess: (started) => {
      queries.setQueryData(roundQuery(retraining, started.round).queryKey, started);
      onDone(started);
    },
    onSettled: () => void queries.invalidateQueries(),
  });
}

/** Dismisses a waiting round. */
export function useDismiss(retraining: string, round: number, onDone: () => void) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (reason: string) =>
      call(dismissRetrainingRound, {
        params: { retraining, round: String(round) },
        body: reason === '' ? {} : { reason },
      }),
    onSuccess: (dismissed) => {
      queries.setQueryData(roundQuery(retraining, round).queryKey, dismissed);
      onDone();
    },
    onSettled: () => void queries.invalidateQueries(),
  });
}
