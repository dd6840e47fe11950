import { type Query, type QueryClient, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { endSession, getSession, startSession } from '../../../src/platform/auth/schema.ts';
import { CallError, call, endpointQuery } from '../client.ts';
import { isNotVisible } from '../parts/read-error.ts';

export const sessionQuery = endpointQuery(getSession);

/** Account of this session, as the server sees it. */
export function useSession() {
  return useQuery(sessionQuery);
}

/** True if pages may send requests: always without accounts, after a login with them. */
export function mayAsk(name: string | null): boolean {
  return name !== null;
}

export function useLogin() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (given: { readonly name: string; readonly password: string }) => call(startSession, { body: given }),
    onSuccess: (who) => queries.setQueryData(sessionQuery.queryKey, who),
  });
}

/** Logs out and clears all cached answers, so that the next account in this browser starts with an empty cache. */
export function useLogout() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: () => call(endSession, {}),
    onSettled: () => window.location.assign('/'),
    onSuccess: () => queries.clear(),
  });
}

/**
 * Handles data that the account may no longer read, because it left a team while a page was open: removes the data of the query, so that the
 * page says why, and refetches the others, which may have data of the team, too.
 */
export function noticeLostSight(queries: QueryClient, error: Error, query: Query<unknown, unknown, unknown>): void {
  if (!isNotVisible(error) || query.state.data === undefined) return;
  query.setState({ data: undefined });
  void queries.invalidateQueries();
}

/** Handles a session that ended while a page was open: refetches the session, which shows the login. */
export function noticeLostSession(queries: QueryClient, error: Error): void {
  if (error instanceof CallError && error.problem.status === 401) {
    void queries.invalidateQueries({ queryKey: sessionQuery.queryKey });
  }
}
