import type { FastifyRequest } from 'fastify';
import { createLastKnown, type LastKnownDeps } from '../platform/last-known/index.ts';

type CheckRead = (request: FastifyRequest) => Promise<void>;

/**
 * The check of requests to endpoints, with its last result while the store does not respond: a caller of a team whose request was allowed may send
 * the next one. Requests to other routes need the store in any case.
 */
export function keepLastChecks(check: CheckRead, deps: LastKnownDeps): CheckRead {
  const allowed = createLastKnown<true>(deps);
  return async (request) => {
    const route = request.routeOptions.url ?? '';
    if (!route.startsWith('/serve/')) return check(request);
    const { name, visible } = request.identity;
    const { endpoint = '' } = request.params as Record<string, string>;
    const key = JSON.stringify([name, endpoint, [...visible.teams].sort(), [...visible.projects].sort()]);
    await allowed.read(key, async () => {
      await check(request);
      return true;
    });
  };
}
