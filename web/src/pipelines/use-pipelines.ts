import { useInfiniteQuery, useQueries, useQuery } from '@tanstack/react-query';
import { useCallback, useMemo } from 'react';
import {
  getPipelineRun,
  isOver,
  listPipelineRuns,
  type Pipeline,
  type PipelineRun,
  type PipelineRunSummary,
} from '../../../src/mlops/pipelines/schema.ts';
import { endpointPages, endpointQuery } from '../client.ts';
import { pipelinesQuery } from './pipelines-query.ts';

/** Poll interval while a run is active; otherwise a longer one, because another user may start a run. */
const LIVE_MS = 2_000;
const IDLE_MS = 15_000;
/** Poll interval of an active run; longer for a run with many steps, because its answer is large. */
const RUN_LIVE_MS = 1_500;
const LARGE_RUN_LIVE_MS = 5_000;
const LARGE_RUN_STEPS = 300;
const PAGE_SIZE = 100;

export function isActive(run: Pick<PipelineRunSummary, 'state'> | null | undefined): boolean {
  return run != null && !isOver(run.state);
}

export function usePipelines() {
  return useQuery({
    ...pipelinesQuery,
    refetchInterval: ({ state }) =>
      (state.data?.pipelines ?? []).some(({ lastRun }) => isActive(lastRun)) ? LIVE_MS : IDLE_MS,
  });
}

/** One pipeline from the list, which contains all its data. */
export function usePipeline(name: string): Pipeline | undefined {
  return usePipelines().data?.pipelines.find((one) => one.name === name);
}

/** Runs of a pipeline, latest first, page after page as they are asked for. */
export function usePipelineRuns(pipeline: string) {
  const pages = useInfiniteQuery({
    ...endpointPages(listPipelineRuns, { pageSize: PAGE_SIZE }, { pipeline }),
    refetchInterval: ({ state }) =>
      (state.data?.pages[0]?.runs ?? []).some((run) => isActive(run)) ? LIVE_MS : IDLE_MS,
  });
  const runs = useMemo(() => pages.data?.pages.flatMap((page) => page.runs), [pages.data]);
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = pages;
  const onEnd = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, fetchNextPage]);
  return { runs, hasNextPage, onEnd, query: { data: runs, error: pages.error, refetch: pages.refetch } };
}

/** Pipelines whose runs are read for the recent ones. */
const MOST_RECENT_PIPELINES = 8;
const MOST_RECENT_RUNS = 12;

/** The latest runs of the pipelines that ran last, latest first. */
export function useRecentRuns(pipelines: readonly Pipeline[]) {
  const last = pipelines
    .filter(({ lastRun }) => lastRun !== null)
    .toSorted((a, b) => (b.lastRun?.createdAt ?? '').localeCompare(a.lastRun?.createdAt ?? ''))
    .slice(0, MOST_RECENT_PIPELINES);
  const found = useQueries({
    queries: last.map(({ name, lastRun }) => ({
      ...endpointQuery(listPipelineRuns, { params: { pipeline: name }, query: { pageSize: MOST_RECENT_RUNS } }),
      refetchInterval: isActive(lastRun) ? LIVE_MS : IDLE_MS,
    })),
  });
  const isPending = found.some((one) => one.isPending);
  const runs = found
    .flatMap(({ data }) => data?.runs ?? [])
    .toSorted((a, b) => b.createdAt.localeCompare(a.createdAt))
    .slice(0, MOST_RECENT_RUNS);
  const refetch = () => Promise.all(found.map((one) => one.refetch()));
  return {
    runs,
    query: {
      data: isPending ? undefined : runs,
      error: found.find(({ error }) => error !== null)?.error ?? null,
      refetch,
    },
  };
}

export function runQuery(pipeline: string, run: string) {
  return endpointQuery(getPipelineRun, { params: { pipeline, run } });
}

/** One run, asked for again and again until it is over. */
export function usePipelineRun(pipeline: string, run: string) {
  return useQuery({
    ...runQuery(pipeline, run),
    refetchInterval: ({ state: { data } }) => (data === undefined || isOver(data.state) ? false : liveMs(data)),
  });
}

function liveMs({ stepList }: PipelineRun): number {
  return stepList.length > LARGE_RUN_STEPS ? LARGE_RUN_LIVE_MS : RUN_LIVE_MS;
}

export type PipelineRuns = ReturnType<typeof usePipelineRuns>;
