import { z } from 'zod';
import { findPipelineOwner, RUN_ENDED } from '../../mlops/pipelines/index.ts';
import type { Events } from '../../platform/events/index.ts';
import { handle, type Identity, limitWork, type Route, selectWithinLimit } from '../../platform/http/index.ts';
import { createSpecKind, type ManifestKind } from '../../platform/manifests/index.ts';
import { findHiddenBudgets } from '../gates/index.ts';
import { applyRetraining } from './apply.ts';
import type { RetrainingDeps } from './context.ts';
import { followRun } from './end.ts';
import { EPISODE_EVENTS, receiveEpisode } from './episodes.ts';
import { registerLooking } from './look.ts';
import {
  dismissRetrainingRound,
  getRetraining,
  getRetrainingRound,
  listRetrainings,
  startRetraining,
} from './schema.ts';
import { dismiss, requireRetraining, requireRound, startByPerson } from './service.ts';
import { readRetraining, readRetrainingDetail, readRound } from './show.ts';
import { RetrainingSpec } from './spec/schema.ts';
import { findRetrainings, type StoredRound } from './store.ts';
import { createTestSetRoutes } from './test-set/routes.ts';
import { limitRetraining, limitRound, limitRoundSummary } from './visible-rounds.ts';

export type { RetrainingDeps } from './context.ts';
export { retrainingMigrations } from './migrations.ts';
export { findRetrainedPipeline, listPromotedRounds } from './store.ts';

/** Retraining: its triggers, its expected value, and its outcome. */
export interface Retrainings {
  /** `Retraining`. */
  readonly kinds: readonly ManifestKind[];
  readonly routes: readonly Route[];
}

const RunEnded = z.object({ run: z.string() });

export function createRetrainings(deps: RetrainingDeps & { readonly events: Pick<Events, 'subscribe'> }): Retrainings {
  registerLooking(deps);
  deps.events.subscribe('retraining', [...EPISODE_EVENTS, RUN_ENDED], (event) =>
    event.type === RUN_ENDED ? followRun(deps, RunEnded.parse(event.payload).run) : receiveEpisode(deps, event),
  );
  return {
    kinds: [
      createSpecKind('Retraining', 70, RetrainingSpec, (sql, name, spec) => applyRetraining(deps, sql, name, spec)),
    ],
    routes: [...createRetrainingRoutes(deps), ...createTestSetRoutes(deps)],
  };
}

function createRetrainingRoutes(deps: RetrainingDeps): Route[] {
  const { store } = deps;
  const findHidden = (identity: Identity) => findHiddenBudgets(deps.budgets, store, identity);
  const showRound = async (round: StoredRound, identity: Identity) =>
    limitRound(await readRound(deps, round), await findHidden(identity));
  return [
    handle(listRetrainings, async ({ identity }) => {
      const found = await selectWithinLimit(limitWork(identity), await findRetrainings(store), {
        key: ({ spec }) => spec.pipeline,
        findOwner: ({ spec }) => findPipelineOwner(store, spec.pipeline),
      });
      const isHidden = await findHidden(identity);
      const read = found.map(async (one) => limitRetraining(await readRetraining(deps, one), isHidden));
      return { retrainings: await Promise.all(read) };
    }),
    handle(getRetraining, async ({ params: { retraining }, query, identity }) => {
      const detail = await readRetrainingDetail(deps, await requireRetraining(store, retraining), query);
      const isHidden = await findHidden(identity);
      return {
        ...limitRetraining(detail, isHidden),
        rounds: detail.rounds.map((one) => limitRoundSummary(one, isHidden)),
      };
    }),
    handle(getRetrainingRound, async ({ params: { retraining, round }, identity }) =>
      showRound(await requireRound(store, retraining, round), identity),
    ),
    handle(startRetraining, async ({ params: { retraining }, body, actor, identity }) => {
      const { round = null, window = null, reason = null, requestKey = null } = body;
      const started = await startByPerson(deps, { retraining, round, window, reason, requestKey, actor });
      return showRound(started, identity);
    }),
    handle(
      dismissRetrainingRound,
      async ({ params: { retraining, round }, body: { reason = null }, actor, identity }) =>
        showRound(await dismiss(deps, { retraining, round, reason, actor }), identity),
    ),
  ];
}
