import type { SubscribesToEvents } from '../../../platform/events/index.ts';
import type { Route } from '../../../platform/http/index.ts';
import type { Jobs } from '../../../platform/jobs/index.ts';
import type { ManifestKind } from '../../../platform/manifests/index.ts';
import { type AnomalyNoticeDeps, registerTelling, subscriptionKind, tellAnomalies } from '../notices/index.ts';
import { askForJudging, type JudgingDeps, scheduleJudging } from './judging.ts';
import { ledgerRoutes } from './routes.ts';

export { anomalyMigrations } from './migrations.ts';

export interface LedgerAnomaliesDeps extends JudgingDeps, AnomalyNoticeDeps {
  readonly jobs: Jobs;
}

/** Anomalies in the ledger: detected whenever bills or allocations change, and stored. */
export interface LedgerAnomalies {
  schedule(jobs: Jobs): void;
  /** `AnomalySubscription`. */
  readonly kinds: readonly ManifestKind[];
  readonly routes: readonly Route[];
}

export function createLedgerAnomalies(deps: LedgerAnomaliesDeps & SubscribesToEvents): LedgerAnomalies {
  deps.events.subscribe('anomalies', ['allocation.derived'], () => askForJudging(deps.jobs, deps.store));
  return {
    schedule(jobs) {
      registerTelling(deps, jobs);
      scheduleJudging(deps, jobs, () => tellAnomalies(deps, jobs));
    },
    kinds: [subscriptionKind(deps, (sql) => askForJudging(deps.jobs, sql))],
    routes: ledgerRoutes(deps),
  };
}
