import type { SubscribesToEvents } from '../../platform/events/index.ts';
import type { Route } from '../../platform/http/index.ts';
import type { Jobs } from '../../platform/jobs/index.ts';
import type { ManifestKind } from '../../platform/manifests/index.ts';
import { askForJudging, type JudgingDeps, scheduleJudging } from './ledger/judging.ts';
import { ledgerRoutes } from './ledger/routes.ts';
import { type AnomalyNoticeDeps, registerTelling, subscriptionKind, tellAnomalies } from './notices/index.ts';
import { anomalyRoutes } from './routes.ts';

export { detect, increases } from './detect.ts';
export { createDetector, type Detector, type DetectorState } from './detector.ts';
export type { Episode, Judgement } from './episodes.ts';
export { anomalyMigrations } from './ledger/migrations.ts';

export interface AnomaliesDeps extends JudgingDeps, AnomalyNoticeDeps, SubscribesToEvents {
  readonly jobs: Jobs;
}

/** Anomaly detection in a series, and in the ledger: there whenever bills or allocations change, and stored. */
export interface Anomalies {
  /** `AnomalySubscription`. */
  readonly kinds: readonly ManifestKind[];
  readonly routes: readonly Route[];
}

/** Creates the anomaly detection; the wiring calls it once. For a single series, call `createDetector` or `detect` directly. */
export function createAnomalies(deps: AnomaliesDeps): Anomalies {
  const { jobs, store, events } = deps;
  events.subscribe('anomalies', ['allocation.derived'], () => askForJudging(jobs, store));
  registerTelling(deps, jobs);
  scheduleJudging(deps, jobs, () => tellAnomalies(deps, jobs));
  return {
    kinds: [subscriptionKind(deps, (sql) => askForJudging(jobs, sql))],
    routes: [...anomalyRoutes(), ...ledgerRoutes(deps)],
  };
}
