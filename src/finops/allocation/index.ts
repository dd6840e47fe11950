import type { Subject } from '../../org/schema.ts';
import type { Route } from '../../platform/http/index.ts';
import type { Jobs } from '../../platform/jobs/index.ts';
import type { Rebuilder } from '../../platform/lake/index.ts';
import { type ManifestKind, specKind } from '../../platform/manifests/index.ts';
import type { Sql } from '../../platform/store/index.ts';
import type { BillDeriver } from '../billing/index.ts';
import { type AllocatedRun, allocatedRunsOf } from './allocated-runs.ts';
import { type ApplyDeps, billPeriods, outcomeOf, prepareRules } from './apply-rules.ts';
import { type BillLine, type BillLines, findLine, linesOfResource, linesOfRun } from './bill-lines.ts';
import { createDeriver } from './deriver.ts';
import { scheduleAllocation } from './jobs.ts';
import { rebuildAllocations } from './rebuild.ts';
import { type ReconciledRuns, type ReconciliationDeps, reconciledRunsOf } from './reconciliation/service.ts';
import { allocationRoutes } from './routes.ts';
import { findUnassignedPart } from './rules/assignable.ts';
import type { SubjectField } from './rules/classify.ts';
import { AllocationRulesSpec } from './schema.ts';
import { rulesInForce } from './store.ts';
import { allocatedDaily, allocations } from './tables.ts';
import { workloadSubjects } from './workloads/store.ts';

export type { AllocatedRun } from './allocated-runs.ts';
export type { BillLine, BillLines } from './bill-lines.ts';
export { periodOfPartition } from './derivation.ts';
export { allocationMigrations } from './migrations.ts';
export {
  type ReconciledRun,
  type ReconciledRuns,
  type ReconciledTotal,
  resourceOfUsage,
} from './reconciliation/service.ts';
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

/** The part of a subject to which no rule in force can assign cost; null when rules can assign all of it. */
export async function unassignedPart(
  sql: Sql,
  subject: Subject,
): Promise<{ field: SubjectField; value: string } | null> {
  return findUnassignedPart(await rulesInForce(sql), subject);
}

/** Who pays: ordered rules map bill rows to subjects; what no rule takes is unallocated and stays visible. */
export interface Allocation {
  /** Derives the allocations of a delivery before it is swapped in. */
  readonly deriver: BillDeriver;
  /** `AllocationRules`: allocates everything anew beside the old, then puts the rules in force in one transaction. */
  readonly kinds: readonly ManifestKind[];
  /** Lets allocations follow the usage they are split by. */
  schedule(jobs: Jobs): void;
  /** Rebuilds files of allocations from the bill; outside the turn of the bill, the bill must not change meanwhile. */
  readonly rebuilder: Rebuilder;
  /** Billing periods (YYYY-MM) that have a bill now, sorted. */
  billedPeriods(sql: Sql): Promise<string[]>;
  /** What runs cost by the bill of a period, split by metered usage, and what is left of the bill beside them. */
  reconciledRuns(period: string): Promise<ReconciledRuns>;
  /** Billed cost of a period that allocation rules give to runs. */
  allocatedRuns(period: string): Promise<AllocatedRun[]>;
  /** One row of the bill that counts now, by where it is kept; null when it is not part of it. */
  billLine(line: string): Promise<BillLine | null>;
  /** The dearest rows of a resource, named as in the reconciliation, and what the others come to. */
  linesOfResource(resource: string, limit: number): Promise<BillLines>;
  /** The dearest rows, or shares of rows, that rules give to a run, and what the others come to. */
  linesOfRun(run: string, limit: number): Promise<BillLines>;
  /** Whose workloads were, by name (`namespace/pod`), of those that were reported for [start, end) Unix ms; the latest says it. */
  workloadSubjects(sql: Sql, within: { start: number; end: number }): Promise<ReadonlyMap<string, Subject>>;
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
    rebuilder: { tables: [allocations.name, allocatedDaily.name], rebuild: (files) => rebuildAllocations(deps, files) },
    kinds: [kind],
    schedule: (jobs) => scheduleAllocation(deps, jobs),
    billedPeriods: (sql) => billPeriods(deps, sql),
    reconciledRuns: (period) => reconciledRunsOf(deps, period),
    allocatedRuns: (period) => allocatedRunsOf(deps, period),
    billLine: (line) => findLine(deps, line),
    linesOfResource: (resource, limit) => linesOfResource(deps, resource, limit),
    linesOfRun: (run, limit) => linesOfRun(deps, run, limit),
    workloadSubjects,
    routes: allocationRoutes(deps, kind),
  };
}
