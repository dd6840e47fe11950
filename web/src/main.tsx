import './theme/tokens.css';
import './theme/base.css';
import { QueryCache, QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { mayAsk, noticeLostSession, noticeLostSight, sessionQuery } from './account/use-session.ts';
import { CallError } from './client.ts';
import { askFirstQuestions } from './frame/first-questions.ts';
import { addressOfHash } from './frame/hash-address.ts';
import { router } from './router.tsx';
import { followSystem } from './theme/scheme.ts';

const FRESH_MS = 30_000;

const queries: QueryClient = new QueryClient({
  queryCache: new QueryCache({
    onError: (error, query) => {
      noticeLostSession(queries, error);
      noticeLostSight(queries, error, query);
    },
  }),
  defaultOptions: {
    queries: {
      staleTime: FRESH_MS,
      refetchOnWindowFocus: true,
      retry: (failures, error) => failures < 1 && error instanceof CallError && error.problem.status === 503,
    },
  },
});

followSystem();

/** Loads the session first, because a server with accounts would refuse other queries. */
async function begin(): Promise<void> {
  const who = await queries.fetchQuery(sessionQuery);
  if (mayAsk(who.name)) await askFirstQuestions(queries, window.location.pathname);
}

// The page reports a server that does not answer.
begin().catch(() => undefined);

/** MLflow's clients print addresses of MLflow's web app; they redirect to the pages here. */
function followHash(): void {
  const address = addressOfHash(window.location.hash);
  if (address !== null) void router.navigate({ href: address, replace: true });
}
window.addEventListener('hashchange', followHash);
followHash();

const host = document.getElementById('root');
if (host === null) throw new Error('index.html has no #root');
createRoot(host).render(
  <StrictMode>
    <QueryClientProvider client={queries}>
      <RouterProvider router={router} />
    </QueryClientProvider>
  </StrictMode>,
);
