import type { Route } from '../../platform/http/index.ts';
import type { Jobs } from '../../platform/jobs/index.ts';
import { createSpecKind, type ManifestKind } from '../../platform/manifests/index.ts';
import { type RetentionRoutesDeps, retentionRoutes } from './routes.ts';
import { RetentionSpec } from './schema.ts';
import { createService } from './service.ts';
import { findPolicies, savePolicy } from './store.ts';

export { retentionMigrations } from './migrations.ts';

/** Retention of deleted entities: their restore period, size and cost, and their removal, which is never automatic. */
export interface Retention {
  readonly kinds: readonly ManifestKind[];
  readonly routes: readonly Route[];
}

const LEFTOVERS_JOB = 'retention.leftovers';

/** Creates the retention; `main.ts` calls it once. */
export function createRetention(
  deps: RetentionRoutesDeps & { readonly jobs: Pick<Jobs, 'register' | 'schedule'> },
): Retention {
  const service = createService(deps);
  deps.jobs.register(LEFTOVERS_JOB, { handler: service.removeNoted });
  deps.jobs.schedule(LEFTOVERS_JOB, '41 * * * *', { kind: LEFTOVERS_JOB, payload: null });
  return {
    routes: retentionRoutes(deps, service),
    kinds: [
      createSpecKind('Retention', 60, RetentionSpec, async (sql, policy, spec) => {
        const [before] = await findPolicies(sql, policy);
        if (before !== undefined && JSON.stringify(before.spec) === JSON.stringify(spec)) return 'unchanged';
        await savePolicy(sql, { policy, spec });
        return before === undefined ? 'created' : 'changed';
      }),
    ],
  };
}
