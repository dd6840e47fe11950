import { decideDeadline } from '../../finops/purchasing/index.ts';
import type { SpotDeadlines } from '../../mlops/pipelines/index.ts';
import type { Tracking } from '../../mlops/tracking/index.ts';
import type { Decisions } from '../decisions/index.ts';

/** Deadline decisions on spot capacity: finops has the policy, the ledger in tradeoff stores the decisions. */
export function createSpotDeadlines({
  decisions,
  tracking,
}: {
  readonly decisions: Pick<Decisions, 'recordAct'>;
  readonly tracking: Pick<Tracking, 'latestMetrics'>;
}): SpotDeadlines {
  return {
    decide: decideDeadline,
    record: (sql, decided) =>
      decisions.recordAct(sql, {
        ...decided,
        ...{ act: 'placed', actor: 'deadline policy', evidence: { ...decided.evidence } },
      }),
    progress: async (sql, mlflowRun, metric) =>
      (await tracking.latestMetrics(sql, mlflowRun)).get(metric)?.value ?? null,
  };
}
