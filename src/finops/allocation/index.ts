import type { Route } from '../../platform/http/index.ts';
import type { Jobs } from '../../platform/jobs/index.ts';
import { type ManifestKind, specKind } from '../../platform/manifests/index.ts';
import type { BillDeriver } from '../billing/index.ts';
import { type ApplyDeps, outcomeOf, prepareRules } from './apply-rules.ts';
import { createDeriver } from './deriver.ts';
import { scheduleAllocation } from './jobs.ts';
import type { ReconciliationDeps } from './reconciliation/service.ts';
import { allocationRoutes } from './routes.ts';
import { AllocationRulesSpec } from './schema.ts';

export { periodOfPartition } from './derivation.ts';
export { allocationMigrations } from './migrations.ts';
export type { SubjectField } from './rules/classify.ts';
export type { MeasuredUsage } from './shares/usage-basis.ts';
/** What a billing period's allocations stood on and consist of, after any derivation: for figures that can be said again. */
export { type AllocationState, findState } from './states.ts';
/**
 * Reading allocations: a bill row without one is unallocated, and one whose `share` is null has the whole row, whose own
 * costs hold. So costs LEFT JOIN `allocations` by (lake_file, row_number) and take
 * `CASE WHEN a.share IS NULL THEN b.cost ELSE a.cost END`. Questions by day, subject, rule, kind and the dimensions of
 * `dailyDimensions` are answered by `allocatedDaily` alone.
 */
export { allocatedDaily, allocations, dailyDimensions } from './tables.ts';

/** Who pays: ordered rules map bill rows to subjects; what no rule takes is unallocated and stays visible. */
export interface Allocation {
  /** Derives the allocations of a delivery before it is swapped in. */
  readonly deriver: BillDeriver;
  /** `AllocationRules`: allocates everything anew beside the old, then puts the rules in force in one transaction. */
  readonly kinds: readonly ManifestKind[];
  /** Lets allocations follow the usage they are split by. */
  schedule(jobs: Jobs): void;
  readonly routes: readonly Route[];
}

/** What the room stands on; `metered` and `usage` are metering, as this room asks for it. */
export type AllocationRoomDeps = ApplyDeps & ReconciliationDeps;

export function createAllocation(deps: AllocationRoomDeps): Allocation {
  const kind = specKind(
    'AllocationRules',
    40,
    AllocationRulesSpec,
    (sql, name, spec) => outcomeOf(sql, name, spec),
    (name, spec) => prepareRules(deps, name, spec),
  );
  return {
    deriver: createDeriver(deps),
    kinds: [kind],
    schedule: (jobs) => scheduleAllocation(deps, jobs),
    routes: allocationRoutes(deps, kind),
  };
}
