import { handle, type Route } from '../../platform/http/index.ts';
import type { ManifestKind } from '../../platform/manifests/index.ts';
import type { RecommendationDeps } from './context.ts';
import { replicaCountFinder, scaleToZeroFinder } from './endpoints/finders.ts';
import type { Finder } from './finder.ts';
import { lookForAll } from './look.ts';
import { measureAll } from './realised.ts';
import {
  applyRecommendation,
  dismissRecommendation,
  findRecommendations,
  getRecommendation,
  listRecommendations,
  undoRecommendation,
} from './schema.ts';
import { applied, dismissed, existing, previewed, undone } from './service.ts';
import { shownList } from './show.ts';

export type { RecommendationDeps } from './context.ts';
export type { Finder, Found, Window } from './finder.ts';
export { recommendationMigrations } from './migrations.ts';

/** What would cost less, what that would change, and what it saved when it was done. */
export interface Recommendations {
  /** `IdlePolicy`. */
  readonly kinds: readonly ManifestKind[];
  readonly routes: readonly Route[];
}

const LOOK = 'recommendations.look';
/** A while into the hour: what was used in the hour before has been recorded. */
const EVERY_HOUR = '7 * * * *';

export function createRecommendations(deps: RecommendationDeps): Recommendations {
  const finders: readonly Finder[] = [scaleToZeroFinder(deps), replicaCountFinder(deps), ...deps.finders];
  const look = () => lookForAll(deps, finders);
  deps.jobs.register(LOOK, {
    handler: async () => {
      await look();
      await measureAll(deps);
    },
  });
  deps.jobs.schedule(LOOK, EVERY_HOUR, { kind: LOOK, payload: null });
  return { kinds: [], routes: routesOf(deps, look) };
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
  ];
}
