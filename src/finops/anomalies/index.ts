import type { SubscribesToEvents } from '../../platform/events/index.ts';
import type { Route } from '../../platform/http/index.ts';
import type { Jobs } from '../../platform/jobs/index.ts';
import type { ManifestKind } from '../../platform/manifests/index.ts';
import { createAnomalyRoutes } from '../anomaly-detection/index.ts';
import { askForJudging, type JudgingDeps, scheduleJudging } from './judging.ts';
import { type AnomalyNoticeDeps, announceAnomalies, createSubscriptionKind } from './notices/index.ts';
import { createLedgerRoutes } from './routes.ts';

export { JUDGING_JOB } from './judging.ts';
export { anomalyMigrations } from './migrations.ts';
export { findAnomalyTeam } from './visible-anomalies.ts';

export interface AnomaliesDeps extends JudgingDeps, AnomalyNoticeDeps, SubscribesToEvents {
  readonly jobs: Jobs;
}

/** Anomalies of the ledger, detected whenever bills or allocations change, and stored; and of a series in a request. */
export interface Anomalies {
  /** `AnomalySubscription`. */
  readonly kinds: readonly ManifestKind[];
  readonly routes: readonly Route[];
}

/** Creates the anomaly detection; the wiring calls it once. */
export function createAnomalies(deps: AnomaliesDeps): Anomalies {
  const { jobs, store, events } = deps;
  events.subscribe('anomalies', ['allocation.derived'], () => askForJudging(jobs, store));
  scheduleJudging(deps, jobs, () => announceAnomalies(deps));
  return {
    kinds: [createSubscriptionKind(deps, (sql) => askForJudging(jobs, sql))],
    routes: [...createAnomalyRoutes(), ...createLedgerRoutes(deps)],
  };
}
