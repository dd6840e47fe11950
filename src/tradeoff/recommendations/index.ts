import { handle, type Route } from '../../platform/http/index.ts';
import { type ManifestKind, specKind } from '../../platform/manifests/index.ts';
import { cpuMemoryFinder } from './containers/finder.ts';
import { packNodesFinder } from './containers/nodes-finder.ts';
import type { RecommendationDeps } from './context.ts';
import { replicaCountFinder, scaleToZeroFinder } from './endpoints/finders.ts';
import type { Finder } from './finder.ts';
import { gpuShareFinder } from './gpus/finder.ts';
import { keptFor } from './idle/keep.ts';
import { registerTelling } from './idle/notice.ts';
import { applyPolicy, deletedPolicy, lookWithPolicies, shownPolicies } from './idle/policies.ts';
import { deleteIdlePolicy, IdlePolicySpec, listIdlePolicies } from './idle/schema.ts';
import { lookForAll } from './look.ts';
import { commitmentFinder } from './purchases/commitment-finder.ts';
import { hardwareFinder } from './purchases/hardware-finder.ts';
import { spotFinder } from './purchases/spot-finder.ts';
import { termsKind, termsRoutes } from './purchases/terms.ts';
import { measureAll } from './realised/measure.ts';
import { idleRunFinder } from './runs/finder.ts';
import {
  applyRecommendation,
  dismissRecommendation,
  findRecommendations,
  getRecommendation,
  keepRecommendation,
  listRecommendations,
  undoRecommendation,
} from './schema.ts';
import { applied, dismissed, existing, previewed, undone } from './service.ts';
import { shownList } from './show.ts';

export type { RecommendationDeps } from './context.ts';
export { recommendationMigrations } from './migrations.ts';
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

export function createRecommendations(deps: RecommendationDeps): Recommendations {
  const finders: readonly Finder[] = [
    scaleToZeroFinder(deps),
    replicaCountFinder(deps),
    idleRunFinder(deps),
    gpuShareFinder(deps),
    spotFinder(deps),
    commitmentFinder(deps),
    hardwareFinder(deps),
    cpuMemoryFinder(deps),
    packNodesFinder(deps),
  ];
  const look = () => lookForAll(deps, finders);
  deps.jobs.register(LOOK, {
    handler: async () => {
      await look();
      await measureAll(deps);
    },
  });
  deps.jobs.schedule(LOOK, EVERY_HOUR, { kind: LOOK, payload: null });
  deps.jobs.register(LOOK_IDLE, { handler: () => lookWithPolicies(deps) });
  deps.jobs.schedule(LOOK_IDLE, '* * * * *', { kind: LOOK_IDLE, payload: null });
  registerTelling(deps);
  const policies = specKind('IdlePolicy', 70, IdlePolicySpec, (sql, name, spec) => applyPolicy(deps, sql, name, spec));
  return { kinds: [policies, termsKind(deps.clock)], routes: [...routesOf(deps, look), ...termsRoutes(deps.store)] };
}

function routesOf(deps: RecommendationDeps, look: () => ReturnType<typeof lookForAll>): Route[] {
  const { store } = deps;
  return [
    handle(listRecommendations, ({ query: { state } }) => shownList(store, state)),
    handle(getRecommendation, async ({ params }) => (await existing(store, params.recommendation)).document),
    handle(findRecommendations, async () => ({ searched: await look() })),
    handle(applyRecommendation, ({ params: { recommendation }, body: { isDryRun, reason = null }, actor }) =>
      isDryRun ? previewed(deps, recommendation) : applied(deps, { recommendation, actor, reason }),
    ),
    handle(dismissRecommendation, ({ params: { recommendation }, body: { reason = null, until = null }, actor }) =>
      dismissed(deps, { recommendation, actor, reason, until }),
    ),
    handle(undoRecommendation, ({ params: { recommendation }, body: { reason = null }, actor }) =>
      undone(deps, { recommendation, actor, reason }),
    ),
    handle(listIdlePolicies, async () => ({ policies: await shownPolicies(deps) })),
    handle(deleteIdlePolicy, ({ params: { policy }, actor }) => deletedPolicy(deps, policy, actor)),
    handle(keepRecommendation, ({ params: { recommendation }, body: { hours }, actor }) =>
      keptFor(deps, { recommendation, actor, hours }),
    ),
  ];
}
