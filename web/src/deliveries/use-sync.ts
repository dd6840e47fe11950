import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { getSync, listSources, type Sync, startSyncs } from '../../../src/finops/sources/schema.ts';
import { call, endpointQuery } from '../client.ts';

const POLL_MS = 700;

function isUnderWay(sync: Sync | undefined): boolean {
  return sync === undefined || sync.state === 'waiting' || sync.state === 'running';
}

/**
 * A sync of one source, polled while it runs; it continues when the page is closed. A start during a running sync
 * follows that sync. When it ends, everything that depends on the bill is refetched.
 */
export function useSync(source: string) {
  const queries = useQueryClient();
  const [id, setId] = useState<string>();
  const start = useMutation({
    mutationFn: () => call(startSyncs, { body: { source } }),
    onSuccess: ({ syncs }) => setId(syncs[0]?.sync),
  });
  const followed = useQuery({
    ...endpointQuery(getSync, { params: { sync: id ?? '' } }),
    enabled: id !== undefined,
    refetchInterval: ({ state }) => (isUnderWay(state.data) ? POLL_MS : false),
  });
  const ended = id !== undefined && followed.data !== undefined && !isUnderWay(followed.data);
  useEffect(() => {
    if (ended) void queries.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] !== getSync.path });
  }, [ended, queries]);
  return {
    start: () => start.mutate(),
    error: start.error ?? followed.error,
    sync: id === undefined ? undefined : followed.data,
    running: start.isPending || (id !== undefined && !ended && followed.error === null),
  };
}

/** Sources of bills; polled while one of them is syncing. */
export function useSources() {
  return useQuery({
    ...endpointQuery(listSources),
    refetchInterval: ({ state }) => (state.data?.sources.some((one) => one.state === 'syncing') ? POLL_MS * 3 : false),
  });
}
