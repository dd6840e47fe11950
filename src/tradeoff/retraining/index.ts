import { z } from 'zod';
import { RUN_ENDED } from '../../mlops/pipelines/index.ts';
import type { Events } from '../../platform/events/index.ts';
import { handle, type Route } from '../../platform/http/index.ts';
import { createSpecKind, type ManifestKind } from '../../platform/manifests/index.ts';
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
import { findRetrainings } from './store.ts';
import { createTestSetRoutes } from './test-set/routes.ts';

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
  return [
    handle(listRetrainings, async () => {
      const all = await findRetrainings(store);
      return { retrainings: await Promise.all(all.map((one) => readRetraining(deps, one))) };
    }),
    handle(getRetraining, async ({ params: { retraining }, query }) =>
      readRetrainingDetail(deps, await requireRetraining(store, retraining), query),
    ),
    handle(getRetrainingRound, async ({ params: { retraining, round } }) =>
      readRound(deps, await requireRound(store, retraining, round)),
    ),
    handle(startRetraining, async ({ params: { retraining }, body, actor }) => {
      const { round = null, window = null, reason = null, requestKey = null } = body;
      return readRound(deps, await startByPerson(deps, { retraining, round, window, reason, requestKey, actor }));
    }),
    handle(dismissRetrainingRound, async ({ params: { retraining, round }, body: { reason = null }, actor }) =>
      readRound(deps, await dismiss(deps, { retraining, round, reason, actor })),
    ),
  ];
}
