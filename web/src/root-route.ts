import { createRootRoute } from '@tanstack/react-router';
import { SessionGate } from './account/SessionGate.tsx';
import { PageNotFound } from './frame/PageNotFound.tsx';
import { RouteFailed } from './frame/RouteFailed.tsx';
import { retainScope, ScopeSearch } from './frame/scope-search.ts';

/** Frame of every page, and the URL parameters of every page. */
export const root = createRootRoute({
  component: SessionGate,
  notFoundComponent: PageNotFound,
  errorComponent: RouteFailed,
  validateSearch: ScopeSearch,
  search: { middlewares: [({ search, next }) => retainScope(search, next(search))] },
});
