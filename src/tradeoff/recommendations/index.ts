import { createHandlingRoutes } from '../../platform/acknowledgements/index.ts';
import { handle, type Route } from '../../platform/http/index.ts';
import { createSpecKind, type ManifestKind } from '../../platform/manifests/index.ts';
import type { Sql } from '../../platform/store/index.ts';
import { createCpuMemoryFinder } from './containers/finder.ts';
import { createPackNodesFinder } from './containers/nodes-finder.ts';
import { createReplicaCountFinder, createScaleToZeroFinder } from './endpoints/finders.ts';
import type { Finder } from './finder.ts';
import { createGpuShareFinder } from './gpus/finder.ts';
import { keepResource } from './idle/keep.ts';
import { applyPolicies, applyPolicy, deletePolicy, readPolicies } from './idle/policies.ts';
import { deleteIdlePolicy, IdlePolicySpec, listIdlePolicies } from './idle/schema.ts';
import { scanForAll } from './look.ts';
import { readWithOptimization, type TryDeps, tryUnderGuardrail } from './optimization.ts';
import { createCommitmentFinder } from './purchases/commitment-finder.ts';
import { createHardwareFinder } from './purchases/hardware-finder.ts';
import { createSpotFinder } from './purchases/spot-finder.ts';
import { createTermsKind, createTermsRoutes } from './purchases/terms.ts';
import { measureAll } from './realised/measure.ts';
import { createIdleRunFinder } from './runs/finder.ts';
import {
  applyRecommendation,
  dismissRecommendation,
  findRecommendations,
  getRecommendation,
  keepRecommendation,
  listRecommendations,
  recommendationHandling,
  tryRecommendation,
  undoRecommendation,
} from './schema.ts';
import { applyOnce, dismissOpen, previewRecommendation, requireRecommendation, undoApplied } from './service.ts';
import { readList } from './show.ts';

export { recommendationMigrations } from './migrations.ts';
export { findTerms, type StoredTerms } from './purchases/terms.ts';
export { findRecommendedSubject } from './store.ts';

/** Savings recommendations: their effect, and the realized saving after they were applied. */
export interface Recommendations {
  /** `IdlePolicy`, `PurchaseTerms`. */
  readonly kinds: readonly ManifestKind[];
  readonly routes: readonly Route[];
}

const LOOK = 'recommendations.look';
const LOOK_IDLE = 'idle_policies.look';
/** Seven minutes past the hour: usage of the hour before is recorded by then. */
const EVERY_HOUR = '7 * * * *';

export function createRecommendations(deps: TryDeps): Recommendations {
  const finders: readonly Finder[] = [
    createScaleToZeroFinder(deps),
    createReplicaCountFinder(deps),
    createIdleRunFinder(deps),
    createGpuShareFinder(deps),
    createSpotFinder(deps),
    createCommitmentFinder(deps),
    createHardwareFinder(deps),
    createCpuMemoryFinder(deps),
    createPackNodesFinder(deps),
  ];
  const look = () => scanForAll(deps, finders);
  deps.jobs.register(LOOK, {
    handler: async () => {
      await look();
      await measureAll(deps);
    },
  });
  deps.jobs.schedule(LOOK, EVERY_HOUR, { kind: LOOK, payload: null });
  deps.jobs.register(LOOK_IDLE, { handler: () => applyPolicies(deps) });
  deps.jobs.schedule(LOOK_IDLE, '* * * * *', { kind: LOOK_IDLE, payload: null });
  const policies = createSpecKind('IdlePolicy', 70, IdlePolicySpec, (sql, name, spec) =>
    applyPolicy(deps, sql, name, spec),
  );
  return {
    kinds: [policies, createTermsKind(deps.clock)],
    routes: [...createRecommendationRoutes(deps, look), ...createTermsRoutes(deps.store)],
  };
}

function createRecommendationRoutes(deps: TryDeps, look: () => ReturnType<typeof scanForAll>): Route[] {
  const { store } = deps;
  const gravityOf = async (sql: Sql, id: string) => {
    const { document } = await requireRecommendation(sql, id);
    return { severity: 'warning' as const, impact: document.saving.monthly };
  };
  return [
    ...createHandlingRoutes(recommendationHandling, { ...deps, noun: 'recommendation', gravityOf }),
    handle(listRecommendations, ({ query: { state } }) => readList(store, state)),
    handle(getRecommendation, ({ params: { recommendation } }) => readWithOptimization(deps, recommendation)),
    handle(tryRecommendation, ({ params: { recommendation }, body: { reason = null }, actor }) =>
      tryUnderGuardrail(deps, { recommendation, actor, reason }),
    ),
    handle(findRecommendations, async () => ({ searched: await look() })),
    handle(applyRecommendation, ({ params: { recommendation }, body: { isDryRun, reason = null }, actor }) =>
      isDryRun ? previewRecommendation(deps, recommendation) : applyOnce(deps, { recommendation, actor, reason }),
    ),
    handle(dismissRecommendation, ({ params: { recommendation }, body: { reason = null, until = null }, actor }) =>
      dismissOpen(deps, { recommendation, actor, reason, until }),
    ),
    handle(undoRecommendation, ({ params: { recommendation }, body: { reason = null }, actor }) =>
      undoApplied(deps, { recommendation, actor, reason }),
    ),
    handle(listIdlePolicies, async () => ({ policies: await readPolicies(deps) })),
    handle(deleteIdlePolicy, ({ params: { policy }, actor }) => deletePolicy(deps, policy, actor)),
    handle(keepRecommendation, ({ params: { recommendation }, body: { hours }, actor }) =>
      keepResource(deps, { recommendation, actor, hours }),
    ),
  ];
}
