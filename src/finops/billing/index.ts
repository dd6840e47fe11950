import type { AppError } from '../../platform/errors/index.ts';
import type { Route } from '../../platform/http/index.ts';
import type { Verifier } from '../../platform/integrity/index.ts';
import type { Jobs } from '../../platform/jobs/index.ts';
import type { Rebuilder } from '../../platform/lake/index.ts';
import type { Sql } from '../../platform/store/index.ts';
import { createMutex } from '../../platform/store/mutex.ts';
import { billRows } from './bill-rows.ts';
import { type BillSums, billSums, sumBillRows } from './bill-sums.ts';
import { type CountedUnit, countedUnits, stateOfPeriod } from './counted-units.ts';
import {
  type BillRetention,
  createBillRetention,
  type Dependent,
  deleteSource,
  deletionRoutes,
  deletionsOf,
  deletionText,
  deliveryNotFound,
  type SourceDeletion,
  type StoredDeletion,
  scheduleDeletions,
} from './deletion/index.ts';
import type { BillDeletion } from './deletion/schema.ts';
import type { DeliveryRequest } from './delivery-request.ts';
import { rawKey } from './intake.ts';
import { rebuildBillFiles } from './rebuild.ts';
import { billingRoutes } from './routes.ts';
import type { ImportResult, PeriodState } from './schema.ts';
import { type BillingDeps, importDelivery } from './service.ts';
import { findDelivery, unitsOfDelivery } from './store.ts';
import { saveProvisionalDays, standingUnits } from './unit-store.ts';
import { billReferences } from './verify-references.ts';

export { billRows } from './bill-rows.ts';
export type { BillSums } from './bill-sums.ts';
export { type BillDeletion, deleteSource as deleteSourceEndpoint } from './deletion/schema.ts';
export type { ChargeDates, DeliveryFileRef, DeliveryRequest } from './delivery-request.ts';
export { billDimension, otherColumns } from './dimensions.ts';
export { camelCaseOf, type FocusColumn, focusColumnNames, focusColumns } from './focus-columns.ts';
export { isOfOtherPeriod } from './intake.ts';
export type { BillChange, BillDerivation, BillDeriver, DeletedUnitRows } from './ledger.ts';
export { billingMigrations } from './migrations.ts';
export type { BillingDeps } from './service.ts';

/** Which delivery stands for which unit now. */
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

/** Bills in: files become canonical FOCUS rows by the replacement law. */
export interface Billing {
  /**
   * Takes in one delivery, whole or not at all, in its turn. A delivery that is known changes nothing; one that is older
   * than what came for its unit is kept and ignored; one whose charges another export counts is kept and shadowed: see
   * `units` of the result. `actor` says who or what brought it. `isWanted` runs first in the same turn and rejects when the
   * delivery must not come in any more.
   */
  importDelivery(request: DeliveryRequest, actor: string, isWanted?: () => Promise<void>): Promise<ImportResult>;
  /** Whether the bytes of a file with this SHA-256 are kept, so that a delivery may name them without sending them. */
  keepsRaw(sha256: string): Promise<boolean>;
  /**
   * Runs work that changes what counts, or what is derived from it, in its turn: no import, revert, preference or other such
   * work happens meanwhile. Take the turn before a store transaction, never inside one, or both wait for ever.
   */
  exclusive<T>(work: () => Promise<T>): Promise<T>;
  /** How many days after its end a month of a source stays provisional; 14 unless set. */
  setProvisionalDays(sql: Sql, source: string, days: number): Promise<void>;
  /** Units that count now, by period, then source; what another unit shadows is not among them. */
  currentUnits(sql: Sql): Promise<CurrentUnit[]>;
  /** Names of sources with a unit that waits for a person to decide about an overlap. */
  heldSources(sql: Sql): Promise<ReadonlySet<string>>;
  /** Ids of the lake files with the rows of a delivery, current or not; empty for an unknown one. */
  filesOf(sql: Sql, delivery: string): Promise<string[]>;
  /** Rows of a delivery that were left out as not acceptable; 0 for an unknown delivery. */
  rejectedRows(sql: Sql, delivery: string): Promise<number>;
  /** What a delivery says a month costs, current or not, by unit; null for an unknown delivery. */
  countedUnits(sql: Sql, delivery: string): Promise<CountedUnit[] | null>;
  /** When the delivery that stands for a unit was made; null for one that is not known. ISO 8601. */
  producedAt(sql: Sql, unit: Pick<CurrentUnit, 'delivery' | 'partition'>): Promise<string | null>;
  /** State of a billing period now: of its sources the one that is open longest decides. */
  periodState(sql: Sql, period: string): Promise<PeriodState>;
  /**
   * Deletes every delivery of a source with all that is known of it, in one transaction with `alongside`, which also runs when
   * there is none; a dry run only describes it.
   */
  deleteSource(request: SourceDeletion): Promise<BillDeletion>;
  /** Whole deliveries among these that were deleted, oldest deletion first. */
  deletionsOf(sql: Sql, deliveries: readonly string[]): Promise<BillDeletionFact[]>;
  /** `bill_delivery_deleted` or `bill_delivery_not_found` for an id of no delivery that is here. */
  deliveryNotFound(sql: Sql, delivery: string): Promise<AppError>;
  /** What deliveries say of their billing periods, in sums that were stored when they came. */
  billSums(sql: Sql, deliveries: readonly string[]): Promise<BillSums[]>;
  /** The same sums from the rows of a delivery as they are now. Error: `lake_file_damaged`. */
  sumBillRows(delivery: string): Promise<Pick<BillSums, 'source' | 'period' | 'rows' | 'totals'>[]>;
  /** Adds what a deletion takes the ground from: it says in a dry run what can no longer be answered. */
  addDependent(dependent: Dependent): void;
  /** Finishes deletions that a crash cut off, and deletes by age. */
  schedule(jobs: Pick<Jobs, 'register' | 'schedule'>): void;
  /** Retention of raw bills and of superseded deliveries. */
  readonly retention: BillRetention;
  /** Rebuilds lake files of the bill from the raw files, in the turn of the bill. */
  readonly rebuilder: Rebuilder;
  /** Checks that deliveries have their raw files and their rows. */
  readonly references: Verifier;
  readonly routes: readonly Route[];
}

/** A deleted delivery, in words and by its lake files. */
export interface BillDeletionFact extends Pick<StoredDeletion, 'delivery' | 'at' | 'periods' | 'cause' | 'lakeFiles'> {
  readonly text: string;
}

export function createBilling(deps: BillingDeps): Billing {
  const turn = createMutex();
  const exclusive: Billing['exclusive'] = async (work) => {
    const release = await turn.acquire();
    try {
      return await work();
    } finally {
      release();
    }
  };
  const dependents: Dependent[] = [];
  const deletion = { ...deps, exclusive, dependents };
  const retention = createBillRetention(deletion);
  return {
    importDelivery: (request, actor, isWanted) =>
      exclusive(async () => {
        await isWanted?.();
        return importDelivery(deps, request, actor);
      }),
    keepsRaw: async (sha256) => (await deps.objects.size(rawKey(sha256))) !== null,
    exclusive,
    setProvisionalDays: saveProvisionalDays,
    currentUnits: async (sql) => (await standingUnits(sql)).filter(({ shadowedBy }) => shadowedBy === null),
    heldSources: async (sql) =>
      new Set((await standingUnits(sql)).filter(({ held }) => held).map(({ source }) => source)),
    filesOf: async (sql, delivery) => (await unitsOfDelivery(sql, delivery)).flatMap(({ lakeFiles }) => lakeFiles),
    rejectedRows: async (sql, delivery) => (await findDelivery(sql, delivery))?.rejectedRows ?? 0,
    countedUnits,
    producedAt: async (sql, { delivery, partition }) =>
      (await unitsOfDelivery(sql, delivery)).find((unit) => unit.partition === partition)?.producedAt ?? null,
    periodState: (sql, period) => stateOfPeriod(sql, period, deps.clock.now()),
    rebuilder: { tables: [billRows.name], rebuild: (files) => exclusive(() => rebuildBillFiles(deps, files)) },
    references: billReferences(deps),
    deleteSource: (request) => deleteSource(deletion, request),
    deletionsOf: async (sql, deliveries) =>
      (await deletionsOf(sql, deliveries)).map((one) => ({ ...one, text: deletionText(one) })),
    deliveryNotFound,
    billSums,
    sumBillRows: (delivery) => sumBillRows(deps, delivery),
    addDependent: (dependent) => dependents.push(dependent),
    schedule: (jobs) => scheduleDeletions(deletion, jobs),
    retention,
    routes: [...billingRoutes(deps, exclusive), ...deletionRoutes(deletion)],
  };
}
