import type { Subject } from '../../org/schema.ts';
import type { Route } from '../../platform/http/index.ts';
import type { Jobs } from '../../platform/jobs/index.ts';
import type { Rebuilder } from '../../platform/lake/index.ts';
import { createSpecKind, type ManifestKind } from '../../platform/manifests/index.ts';
import type { Sql } from '../../platform/store/index.ts';
import type { BillDeriver } from '../billing/index.ts';
import { type AllocatedRun, readAllocatedRuns } from './allocated-runs.ts';
import { type ApplyDeps, computeRulesOutcome, findBillPeriods, prepareRules } from './apply-rules.ts';
import { type BillLine, type BillLines, findLine, readResourceLines, readRunLines } from './bill-lines.ts';
import { createDeriver } from './deriver.ts';
import { scheduleAllocation } from './jobs.ts';
import { rebuildAllocations } from './rebuild.ts';
import {
  type ReconciledRuns,
  type ReconciledVersion,
  type ReconciliationDeps,
  reconcileEndpoint,
  reconcileRuns,
} from './reconciliation/service.ts';
import { createAllocationRoutes } from './routes.ts';
import { findUnassignedPart } from './rules/assignable.ts';
import type { SubjectField } from './rules/classify.ts';
import { AllocationRulesSpec } from './schema.ts';
import { findRulesInForce } from './store.ts';
import { allocatedDaily, allocations } from './tables.ts';
import { findWorkloadSubjects } from './workloads/store.ts';

export type { AllocatedRun } from './allocated-runs.ts';
export type { BillLine, BillLines } from './bill-lines.ts';
export { parsePartitionPeriod } from './derivation.ts';
export { allocationMigrations } from './migrations.ts';
export {
  findUsageResource,
  type ReconciledRun,
  type ReconciledRuns,
  type ReconciledTotal,
} from './reconciliation/service.ts';
export type { SubjectField } from './rules/classify.ts';
export type { MeasuredUsage } from './shares/usage-basis.ts';
/** Inputs and files of a billing period's allocation after one derivation, so that figures can be reproduced. */
export { type AllocationState, findState } from './states.ts';
/**
 * Contract for readers of allocations. A bill row without an allocation is unallocated. An allocation whose `share` is
 * null covers the whole row, and the costs of the bill row apply. So costs LEFT JOIN `allocations` by (lake_file,
 * row_number) and take `CASE WHEN a.share IS NULL THEN b.cost ELSE a.cost END`. Queries by day, subject, rule, kind and
 * the dimensions of `dailyDimensions` read `allocatedDaily` alone.
 */
export { allocatedDaily, allocations, dailyDimensions } from './tables.ts';

/** The part of a subject to which no rule in force can assign cost; null when rules can assign all of it. */
export async function findUnassignablePart(
  sql: Sql,
  subject: Subject,
): Promise<{ field: SubjectField; value: string } | null> {
  return findUnassignedPart(await findRulesInForce(sql), subject);
}

/**
 * Cost allocation: ordered rules map bill rows to subjects; cost that no rule matches is unallocated and stays visible.
 */
export interface Allocation {
  /** Derives the allocations of a delivery before it is swapped in. */
  readonly deriver: BillDeriver;
  /**
   * `AllocationRules`: reallocates everything while the current allocations stay visible, then activates the rules and the
   * new allocations in one transaction.
   */
  readonly kinds: readonly ManifestKind[];
  /** Schedules the job that reallocates periods after a change of the usage that splits depend on. */
  schedule(jobs: Jobs): void;
  /**
   * Rebuilds allocation files from the bill. Outside the exclusive queue of the bill, the bill must not change
   * meanwhile.
   */
  readonly rebuilder: Rebuilder;
  /** Billing periods (YYYY-MM) that have a bill now, sorted. */
  billedPeriods(sql: Sql): Promise<string[]>;
  /** Cost of runs by the bill of a period, split by metered usage, and the rest of the bill. */
  reconciledRuns(period: string): Promise<ReconciledRuns>;
  /** Cost of the replicas of an endpoint by the bill of a period, by model version. */
  reconciledEndpoint(period: string, endpoint: string): Promise<ReconciledVersion[]>;
  /** Billed cost of a period that allocation rules assign to runs. */
  allocatedRuns(period: string): Promise<AllocatedRun[]>;
  /** One row of the current bill, by its storage location; null when the current bill does not contain it. */
  billLine(line: string): Promise<BillLine | null>;
  /**
   * The rows of a resource with the highest cost, and the sum of the others; the resource is named as in the
   * reconciliation.
   */
  linesOfResource(resource: string, limit: number): Promise<BillLines>;
  /** The most expensive rows, or shares of rows, that rules assign to a run, and the sum of the others. */
  linesOfRun(run: string, limit: number): Promise<BillLines>;
  /** Subjects of workloads with usage in [start, end) Unix ms, by name (`namespace/pod`); the latest start wins. */
  workloadSubjects(sql: Sql, within: { start: number; end: number }): Promise<ReadonlyMap<string, Subject>>;
  readonly routes: readonly Route[];
}

/** Dependencies of allocation; `metered` and `usage` are implemented by metering. */
export type AllocationRoomDeps = ApplyDeps & ReconciliationDeps;

export function createAllocation(deps: AllocationRoomDeps): Allocation {
  const kind = createSpecKind(
    'AllocationRules',
    40,
    AllocationRulesSpec,
    (sql, name, spec) => computeRulesOutcome(sql, name, spec),
    (name, spec) => prepareRules(deps, name, spec),
  );
  return {
    deriver: createDeriver(deps),
    rebuilder: { tables: [allocations.name, allocatedDaily.name], rebuild: (files) => rebuildAllocations(deps, files) },
    kinds: [kind],
    schedule: (jobs) => scheduleAllocation(deps, jobs),
    billedPeriods: (sql) => findBillPeriods(deps, sql),
    reconciledRuns: (period) => reconcileRuns(deps, period),
    reconciledEndpoint: (period, endpoint) => reconcileEndpoint(deps, period, endpoint),
    allocatedRuns: (period) => readAllocatedRuns(deps, period),
    billLine: (line) => findLine(deps, line),
    linesOfResource: (resource, limit) => readResourceLines(deps, resource, limit),
    linesOfRun: (run, limit) => readRunLines(deps, run, limit),
    workloadSubjects: findWorkloadSubjects,
    routes: createAllocationRoutes(deps, kind),
  };
}
