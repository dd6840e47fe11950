import { createHandlingRoutes } from '../../platform/acknowledgements/index.ts';
import type { WorkState } from '../../platform/acknowledgements/schema.ts';
import { AppError } from '../../platform/errors/index.ts';
import { handle, limitWorkUnless, type Route } from '../../platform/http/index.ts';
import { createSpecKind, type ManifestKind } from '../../platform/manifests/index.ts';
import type { Sql } from '../../platform/store/index.ts';
import { MINUTE_MS } from '../../platform/units/durations.ts';
import { createCpuMemoryFinder } from './containers/finder.ts';
import { createPackNodesFinder } from './containers/nodes-finder.ts';
import { formatInstant } from './context.ts';
import { createReplicaCountFinder, createScaleToZeroFinder } from './endpoints/finders.ts';
import type { Finder } from './finder.ts';
import { createGpuShareFinder } from './gpus/finder.ts';
import { createIdleGpuFinder } from './gpus/idle-finder.ts';
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
import { findLastScan } from './store.ts';

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
    createIdleGpuFinder(deps),
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
  deps.events.subscribe('recommendations', ['gpus.time_changed', 'allocation.derived'], () => scanSoon(deps));
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

const SOON_MS = MINUTE_MS;
/** Sources that report all the time are no reason for a scan at every report. */
const BETWEEN_MS = 15 * MINUTE_MS;

/** A scan a minute after new bills or GPU readings, a quarter of an hour after the last scan at the earliest. */
async function scanSoon({ jobs, store, clock }: TryDeps): Promise<void> {
  const last = await findLastScan(store);
  const at = Math.max(clock.now() + SOON_MS, last === null ? 0 : Date.parse(last.at) + BETWEEN_MS);
  await jobs.enqueue(store, { kind: LOOK, payload: null, runAt: formatInstant(at), uniqueKey: `${LOOK}:changed` });
}

/** A recommendation is done or dismissed by its own endpoints, which also record the decision. */
function refuseState(state: WorkState | undefined): void {
  if (state !== 'done' && state !== 'dismissed') return;
  const way = state === 'done' ? 'apply it with isDone' : 'dismiss it';
  throw new AppError('invalid_request', `A recommendation cannot be set to ${state} here: ${way}.`, { state });
}

function createRecommendationRoutes(deps: TryDeps, look: () => ReturnType<typeof scanForAll>): Route[] {
  const gravityOf = async (sql: Sql, id: string) => {
    const { document } = await requireRecommendation(sql, id);
    return { severity: 'warning' as const, impact: document.saving.monthly };
  };
  return [
    ...createHandlingRoutes(recommendationHandling, { ...deps, noun: 'recommendation', gravityOf, refuseState }),
    handle(listRecommendations, ({ query, identity }) => readList(deps, query, limitWorkUnless(identity, 'money'))),
    handle(getRecommendation, ({ params: { recommendation } }) => readWithOptimization(deps, recommendation)),
    handle(tryRecommendation, ({ params: { recommendation }, body: { reason = null }, actor }) =>
      tryUnderGuardrail(deps, { recommendation, actor, reason }),
    ),
    handle(findRecommendations, async () => ({ searched: await look() })),
    handle(applyRecommendation, ({ params: { recommendation }, body: { isDryRun, isDone, reason = null }, actor }) =>
      isDryRun
        ? previewRecommendation(deps, recommendation)
        : applyOnce(deps, { recommendation, actor, reason, isDone }),
    ),
    handle(dismissRecommendation, ({ params: { recommendation }, body: { reason = null, until = null }, actor }) =>
      dismissOpen(deps, { recommendation, actor, reason, until }),
    ),
    handle(undoRecommendation, ({ params: { recommendation }, body: { reason = null }, actor }) =>
      undoApplied(deps, { recommendation, actor, reason }),
    ),
    handle(listIdlePolicies, async ({ identity }) => ({
      policies: await readPolicies(deps, limitWorkUnless(identity, 'money')),
    })),
    handle(deleteIdlePolicy, ({ params: { policy }, actor }) => deletePolicy(deps, policy, actor)),
    handle(keepRecommendation, ({ params: { recommendation }, body: { hours }, actor }) =>
      keepResource(deps, { recommendation, actor, hours }),
    ),
  ];
}
