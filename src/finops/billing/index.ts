import type { AppError } from '../../platform/errors/index.ts';
import type { Route } from '../../platform/http/index.ts';
import type { Verifier } from '../../platform/integrity/index.ts';
import type { Jobs } from '../../platform/jobs/index.ts';
import type { Rebuilder } from '../../platform/lake/index.ts';
import type { Sql } from '../../platform/store/index.ts';
import { billRows } from './bill-rows.ts';
import { type BillSums, findBillSums, sumBillRows } from './bill-sums.ts';
import {
  type BillRetention,
  createBillRetention,
  createDeletionRoutes,
  createDeliveryNotFoundError,
  type Dependent,
  deleteSource,
  describeDeletion,
  findDeletions,
  type SourceDeletion,
  type StoredDeletion,
  scheduleDeletions,
} from './deletion/index.ts';
import type { BillDeletion } from './deletion/schema.ts';
import { type BillingDeps, importDelivery } from './import-delivery.ts';
import type { DeliveryRequest } from './intake/index.ts';
import { buildRawKey } from './intake/index.ts';
import { rebuildBillFiles } from './rebuild.ts';
import { createBillingRoutes } from './routes.ts';
import type { ImportResult, PeriodState } from './schema.ts';
import { findDelivery, findUnitsOfDelivery } from './store.ts';
import {
  type CountedUnit,
  findCountedUnits,
  findPeriodState,
  findStandingUnits,
  saveProvisionalDays,
} from './units/index.ts';
import { createBillVerifier } from './verify-references.ts';

export { billRows } from './bill-rows.ts';
export type { BillSums } from './bill-sums.ts';
export {
  buildDailyRangeConditions,
  buildRangeConditions,
  canContain,
  isByDay,
  type RequestedRange,
} from './charge-range.ts';
export { type BillDeletion, deleteSource as deleteSourceEndpoint } from './deletion/schema.ts';
export { findBillDimension, listOtherColumns } from './dimensions.ts';
export { type FocusColumn, focusColumnNames, focusColumns, toCamelCase } from './formats/focus-columns.ts';
export type { BillingDeps } from './import-delivery.ts';
export type { ChargeDates, DeliveryFileRef, DeliveryRequest } from './intake/index.ts';
export { isOfOtherPeriod } from './intake/index.ts';
export { billingMigrations } from './migrations.ts';
export type { BillChange, BillDerivation, BillDeriver, DeletedUnitRows } from './units/index.ts';

/** The active delivery of one unit. */
export interface CurrentUnit {
  /** Lake partition of the unit. */
  readonly partition: string;
  readonly source: string;
  readonly exportName: string;
  readonly dataset: string;
  readonly scope: string;
  /** YYYY-MM */
  readonly period: string;
  readonly delivery: string;
}

/** Bill import: files become canonical FOCUS rows, and each delivery replaces the previous delivery of its unit. */
export interface Billing {
  /**
   * Imports one delivery, completely or not at all, in the exclusive queue of the bill. A known delivery changes
   * nothing. A delivery older than an earlier arrival for its unit is kept and ignored. A delivery whose charges
   * another export already counts is kept and shadowed: see `units` of the result. `actor` names the person or program
   * that imports. `isWanted` runs first in the same turn and rejects when the delivery must no longer be imported.
   */
  importDelivery(request: DeliveryRequest, actor: string, isWanted?: () => Promise<void>): Promise<ImportResult>;
  /** Whether the raw file with this SHA-256 is kept, so that a delivery can name it without an upload. */
  keepsRaw(sha256: string): Promise<boolean>;
  /**
   * Runs work that changes the counted deliveries, or data derived from them, in the exclusive queue: no import,
   * revert, preference or other such work runs concurrently. Call it before a store transaction, never inside one: the
   * reverse order deadlocks.
   */
  exclusive<T>(work: () => Promise<T>): Promise<T>;
  /** Sets the number of days after its end for which a month of a source stays provisional; the default is 14. */
  setProvisionalDays(sql: Sql, source: string, days: number): Promise<void>;
  /** Units that count now, by period, then source; excludes shadowed units. */
  currentUnits(sql: Sql): Promise<CurrentUnit[]>;
  /** Names of sources with a held unit, which waits for a decision about an overlap. */
  heldSources(sql: Sql): Promise<ReadonlySet<string>>;
  /** Ids of the lake files with the rows of a delivery, current or not; empty for an unknown one. */
  filesOf(sql: Sql, delivery: string): Promise<string[]>;
  /** Rejected rows of a delivery; 0 for an unknown delivery. */
  rejectedRows(sql: Sql, delivery: string): Promise<number>;
  /** Units of a delivery that can be summed, current or not; null for an unknown delivery. */
  countedUnits(sql: Sql, delivery: string): Promise<CountedUnit[] | null>;
  /** Production time of the active delivery of a unit, ISO 8601; null for an unknown one. */
  producedAt(sql: Sql, unit: Pick<CurrentUnit, 'delivery' | 'partition'>): Promise<string | null>;
  /** State of a billing period now; the source whose period stays open longest decides. */
  periodState(sql: Sql, period: string): Promise<PeriodState>;
  /**
   * Deletes every delivery of a source and all its facts, in one transaction with `alongside`, which also runs when
   * there is no delivery. A dry run only describes the deletion.
   */
  deleteSource(request: SourceDeletion): Promise<BillDeletion>;
  /** Complete deliveries among these that were deleted, oldest deletion first. */
  deletionsOf(sql: Sql, deliveries: readonly string[]): Promise<BillDeletionFact[]>;
  /** `bill_delivery_deleted` or `bill_delivery_not_found` for the id of a delivery that does not exist. */
  deliveryNotFound(sql: Sql, delivery: string): Promise<AppError>;
  /** Sums of deliveries by billing period, stored at import. */
  billSums(sql: Sql, deliveries: readonly string[]): Promise<BillSums[]>;
  /** Recomputes the same sums from the current rows of a delivery. Error: `lake_file_damaged`. */
  sumBillRows(delivery: string): Promise<Pick<BillSums, 'source' | 'period' | 'rows' | 'totals'>[]>;
  /**
   * Registers a dependent of deliveries: in a dry run, it lists the results that can no longer be recomputed after a
   * deletion.
   */
  addDependent(dependent: Dependent): void;
  /** Registers the jobs that finish deletions interrupted by a crash and apply retention. */
  schedule(jobs: Pick<Jobs, 'register' | 'schedule'>): void;
  /** Retention of raw bills and of superseded deliveries. */
  readonly retention: BillRetention;
  /** Rebuilds lake files of the bill from the raw files, in the exclusive queue of the bill. */
  readonly rebuilder: Rebuilder;
  /** Checks that deliveries have their raw files and their rows. */
  readonly references: Verifier;
  readonly routes: readonly Route[];
}

/** A deleted delivery, with a description as text and its lake files. */
export interface BillDeletionFact extends Pick<StoredDeletion, 'delivery' | 'at' | 'periods' | 'cause' | 'lakeFiles'> {
  readonly text: string;
}

export function createBilling(deps: BillingDeps): Billing {
  // Over all servers: a change of the bill reads the current units and decides by them.
  const exclusive: Billing['exclusive'] = (work) => deps.store.exclusively('billing', work);
  const dependents: Dependent[] = [];
  const deletion = { ...deps, exclusive, dependents };
  const retention = createBillRetention(deletion);
  return {
    importDelivery: (request, actor, isWanted) =>
      exclusive(async () => {
        await isWanted?.();
        return importDelivery(deps, request, actor);
      }),
    keepsRaw: async (sha256) => (await deps.objects.size(buildRawKey(sha256))) !== null,
    exclusive,
    setProvisionalDays: saveProvisionalDays,
    currentUnits: async (sql) => (await findStandingUnits(sql)).filter(({ shadowedBy }) => shadowedBy === null),
    heldSources: async (sql) =>
      new Set((await findStandingUnits(sql)).filter(({ held }) => held).map(({ source }) => source)),
    filesOf: async (sql, delivery) => (await findUnitsOfDelivery(sql, delivery)).flatMap(({ lakeFiles }) => lakeFiles),
    rejectedRows: async (sql, delivery) => (await findDelivery(sql, delivery))?.rejectedRows ?? 0,
    countedUnits: findCountedUnits,
    producedAt: async (sql, { delivery, partition }) =>
      (await findUnitsOfDelivery(sql, delivery)).find((unit) => unit.partition === partition)?.producedAt ?? null,
    periodState: (sql, period) => findPeriodState(sql, period, deps.clock.now()),
    rebuilder: { tables: [billRows.name], rebuild: (files) => exclusive(() => rebuildBillFiles(deps, files)) },
    references: createBillVerifier(deps),
    deleteSource: (request) => deleteSource(deletion, request),
    deletionsOf: async (sql, deliveries) =>
      (await findDeletions(sql, deliveries)).map((one) => ({ ...one, text: describeDeletion(one) })),
    deliveryNotFound: createDeliveryNotFoundError,
    billSums: findBillSums,
    sumBillRows: (delivery) => sumBillRows(deps, delivery),
    addDependent: (dependent) => dependents.push(dependent),
    schedule: (jobs) => scheduleDeletions(deletion, jobs),
    retention,
    routes: [...createBillingRoutes(deps, exclusive), ...createDeletionRoutes(deletion)],
  };
}
