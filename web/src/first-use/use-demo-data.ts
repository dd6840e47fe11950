import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { getDemoData, loadDemoData, removeDemoData } from '../../../src/tradeoff/demo-data/schema.ts';
import { call, endpointQuery } from '../client.ts';

const POLL_MS = 500;
const query = endpointQuery(getDemoData);

/** State of the demo data, followed while they are loaded or removed. */
export function useDemoData() {
  const queries = useQueryClient();
  const demo = useQuery({
    ...query,
    // While the server restarts it does not answer; the last state stays.
    refetchInterval: ({ state }) => (isMoving(state.data?.state) ? POLL_MS : false),
  });
  const state = demo.data?.state;
  const before = useRef(state);
  useEffect(() => {
    // Every figure of the page has changed.
    if (isMoving(before.current) && !isMoving(state)) void queries.invalidateQueries();
    before.current = state;
  }, [state, queries]);
  const settled = { onSuccess: (data: NonNullable<typeof demo.data>) => queries.setQueryData(query.queryKey, data) };
  const load = useMutation({ mutationFn: () => call(loadDemoData, { body: {} }), ...settled });
  const remove = useMutation({ mutationFn: () => call(removeDemoData, {}), ...settled });
  return { demo, load, remove };
}

function isMoving(state: string | undefined): boolean {
  return state === 'loading' || state === 'removing';
}
