import type { Events } from '../../../platform/events/index.ts';
import type { Route } from '../../../platform/http/index.ts';
import type { Jobs } from '../../../platform/jobs/index.ts';
import { askForJudging, type JudgingDeps, scheduleJudging } from './judging.ts';
import { ledgerRoutes } from './routes.ts';

export { anomalyMigrations } from './migrations.ts';

export interface LedgerAnomaliesDeps extends JudgingDeps {
  readonly jobs: Jobs;
}

/** What is out of the ordinary in the ledger: judged whenever bills or allocations change, and kept. */
export interface LedgerAnomalies {
  /** Has the ledger judged after each derivation. */
  listen(events: Pick<Events, 'subscribe'>): void;
  schedule(jobs: Jobs): void;
  readonly routes: readonly Route[];
}

export function createLedgerAnomalies(deps: LedgerAnomaliesDeps): LedgerAnomalies {
  return {
    listen(events) {
      events.subscribe('anomalies', ['allocation.derived'], () => askForJudging(deps.jobs, deps.store));
    },
    schedule: (jobs) => scheduleJudging(deps, jobs),
    routes: ledgerRoutes(deps),
  };
}
