import { AppError } from '../../../platform/errors/index.ts';
import type { Jobs } from '../../../platform/jobs/index.ts';
import type { StagedFile } from '../../../platform/lake/index.ts';
import type { Sql } from '../../../platform/store/index.ts';
import { billRows } from '../bill-rows.ts';
import { createDeliveryNotFoundError } from '../delivery-not-found.ts';
import type { ActResult } from '../schema.ts';
import {
  type DeliveryUnit,
  findDeliveriesOfUnit,
  findDelivery,
  findUnitsOfDelivery,
  type StoredDelivery,
} from '../store.ts';
import {
  applyPlan,
  buildActResult,
  type DeletedUnitRows,
  findStanding,
  findStandingUnits,
  type IntendedUnit,
  type LedgerDeps,
  type Plan,
  planChange,
  readUnitContent,
  type StandingUnit,
} from '../units/index.ts';
import type { BillDeletion, DeletedUnit, DeletionRecord } from './schema.ts';
import { findKeptRawFiles, findRawDeletedAt, insertDeletion, removeDelivery } from './store.ts';
import { explainSuccessor, findSuccessor } from './successor.ts';

/** Lists results that can no longer be recomputed once deliveries are deleted, one sentence each. */
export type Dependent = (sql: Sql, deliveries: ReadonlySet<string>) => Promise<readonly string[]>;

export interface DeletionDeps extends LedgerDeps {
  readonly jobs: Pick<Jobs, 'enqueue'>;
  readonly dependents: readonly Dependent[];
}

export interface DeletionRequest {
  readonly deliveries: readonly string[];
  readonly source: string;
  readonly cause: DeletionRecord['cause'];
  readonly actor: string;
  readonly why: string | null;
  readonly dryRun: boolean;
  /** Runs in the same transaction. */
  readonly alongside?: (sql: Sql) => Promise<void>;
}

export interface Deleted {
  readonly answer: BillDeletion;
  /** Lake files for `finishDeletions`. */
  readonly forgotten: readonly StagedFile[];
}

export const FINISH_JOB = 'bill.finish_deletions';

/**
 * Deletes deliveries in one transaction: their rows leave the lake's manifests together with the allocations derived
 * from them, the previous delivery counts again (`findSuccessor`), and a record of the deletion stays. Call
 * `finishDeletions` after the commit; after a crash, the job does it. Call it inside `exclusive`. Errors:
 * `bill_delivery_not_found`, `bill_delivery_deleted`.
 */
export async function deleteDeliveries(deps: DeletionDeps, request: DeletionRequest): Promise<Deleted> {
  const doomed = await readDoomed(deps, request.deliveries);
  const { plan, units } = await planDeletion(deps, doomed);
  const bill = listDeletedRows(doomed);
  const files = [
    ...(await deps.lake.keptById(deps.store, billRows, listFileIds(bill))),
    ...(await deps.deriver.derivedOf(deps.store, bill)),
  ];
  const answer = await describe(deps, request, { doomed, units, plan, files });
  if (request.dryRun) return { answer, forgotten: [] };
  return { answer, forgotten: await applyDeletion(deps, request, { doomed, plan, bill, files }) };
}

interface Doomed {
  readonly stored: StoredDelivery;
  readonly units: readonly DeliveryUnit[];
}

async function readDoomed({ store }: DeletionDeps, ids: readonly string[]): Promise<Doomed[]> {
  const doomed: Doomed[] = [];
  for (const id of ids) {
    const stored = await findDelivery(store, id);
    if (stored === null) throw await createDeliveryNotFoundError(store, id);
    doomed.push({ stored, units: await findUnitsOfDelivery(store, id) });
  }
  return doomed;
}

function listDeletedRows(doomed: readonly Doomed[]): DeletedUnitRows[] {
  return doomed.flatMap(({ units }) =>
    units.flatMap(({ partition, period, lakeFiles }) => (period === null ? [] : [{ partition, period, lakeFiles }])),
  );
}

const listFileIds = (bill: readonly DeletedUnitRows[]) => bill.flatMap(({ lakeFiles }) => lakeFiles);

function listMonths(doomed: readonly Doomed[]): string[] {
  const periods = doomed.flatMap(({ units }) => units.map(({ period }) => period));
  return [...new Set(periods.filter((period) => period !== null))].toSorted();
}

async function planDeletion(
  deps: DeletionDeps,
  doomed: readonly Doomed[],
): Promise<{ plan: Plan; units: DeletedUnit[] }> {
  const gone = new Set(doomed.map(({ stored }) => stored.id));
  const standing = await findStandingUnits(deps.store);
  const withoutRaw = await findRawDeletedAt(deps.store);
  const intended: IntendedUnit[] = [];
  const left: StandingUnit[] = [];
  const units: DeletedUnit[] = [];
  for (const unit of doomed.flatMap((one) => one.units)) {
    const stands = standing.find(({ partition }) => partition === unit.partition);
    if (unit.period === null || stands?.delivery !== unit.delivery) {
      const reason =
        stands === undefined ? 'none counted' : `${stands.delivery} remains the current delivery of this month`;
      units.push(buildDeletedUnit(unit, standing, { countsAgain: null, reason }));
      continue;
    }
    const known = await findDeliveriesOfUnit(deps.store, unit.partition);
    const successor = findSuccessor(known, unit.delivery, gone, (delivery) => !withoutRaw.has(delivery));
    const countsAgain = successor.kind === 'counts' ? successor.delivery : null;
    if (countsAgain === null) left.push(stands);
    else
      intended.push({
        ...stands,
        delivery: countsAgain,
        ...(await readUnitContent(deps, countsAgain, unit.partition)),
      });
    units.push(buildDeletedUnit(unit, standing, { countsAgain, reason: explainSuccessor(successor) }));
  }
  return { plan: await planChange(deps, intended, left), units };
}

function buildDeletedUnit(
  unit: DeliveryUnit,
  standing: readonly StandingUnit[],
  after: Pick<DeletedUnit, 'countsAgain' | 'reason'>,
): DeletedUnit {
  const { delivery, source, exportName, dataset, scope, period, rows } = unit;
  const how = findStanding(unit, standing).standing;
  return { delivery, source, export: exportName, dataset, scope, period, rows, standing: how, ...after };
}

interface Described {
  readonly doomed: readonly Doomed[];
  readonly units: DeletedUnit[];
  readonly plan: Plan;
  readonly files: readonly StagedFile[];
}

async function describe(
  deps: DeletionDeps,
  request: DeletionRequest,
  { doomed, units, plan, files }: Described,
): Promise<BillDeletion> {
  const gone = new Set(request.deliveries);
  const elsewhere = await findKeptRawFiles(deps.store, gone);
  const kept = doomed.filter(({ stored }) => stored.rawDeletedAt === null);
  const raw = new Map(kept.flatMap(({ stored }) => stored.files.map((file) => [file.sha256, file.sizeBytes] as const)));
  for (const sha256 of elsewhere) raw.delete(sha256);
  return {
    dryRun: request.dryRun,
    deliveries: [...request.deliveries],
    months: listMonths(doomed),
    rows: units.reduce((sum, { rows }) => sum + rows, 0),
    lakeFiles: files.length,
    lakeBytes: files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    rawFiles: raw.size,
    rawBytes: [...raw.values()].reduce((sum, sizeBytes) => sum + sizeBytes, 0),
    units,
    changes: [...plan.changes],
    delta: await findDelta(deps, plan),
    unanswerable: await listUnanswerable(deps, gone, units),
    finished: false,
  };
}

/** Null when the rows are damaged: such a delivery can still be deleted. */
async function findDelta(deps: DeletionDeps, plan: Plan): Promise<ActResult['delta'] | null> {
  try {
    return (await buildActResult(deps, plan)).delta;
  } catch (error) {
    if (error instanceof AppError && error.code === 'lake_file_damaged') return null;
    throw error;
  }
}

async function listUnanswerable(
  deps: DeletionDeps,
  gone: ReadonlySet<string>,
  units: readonly DeletedUnit[],
): Promise<string[]> {
  const counted = units.filter(({ standing, countsAgain }) => standing === 'current' && countsAgain === null);
  const costs = counted.map(({ source, period, reason }) => `costs of ${source} in ${period}: ${reason}`);
  const named = await Promise.all(deps.dependents.map((dependent) => dependent(deps.store, gone)));
  const rows = [...gone].map((delivery) => `rows, differences and raw files of ${delivery}`);
  return [...costs, ...named.flat(), ...rows];
}

async function applyDeletion(
  deps: DeletionDeps,
  request: DeletionRequest,
  {
    doomed,
    plan,
    bill,
    files,
  }: Pick<Described, 'doomed' | 'plan' | 'files'> & { readonly bill: readonly DeletedUnitRows[] },
): Promise<StagedFile[]> {
  const { actor, why, source, cause, deliveries } = request;
  const at = new Date(deps.clock.now()).toISOString();
  const act = { act: 'delete', actor, why, delivery: deliveries[0] ?? '', source } as const;
  const sizes = new Map(files.map(({ id, sizeBytes }) => [id, sizeBytes]));
  let forgotten: StagedFile[] = [];
  const alongside = async (sql: Sql) => {
    for (const { stored, units } of doomed) {
      const lakeFiles = units.flatMap((unit) => unit.lakeFiles);
      await insertDeletion(sql, {
        ...{ at, cause, what: 'delivery', actor, why, delivery: stored.id, source: stored.source },
        ...{ periods: [...stored.periods], rows: units.reduce((sum, { rows }) => sum + rows, 0) },
        lakeBytes: lakeFiles.reduce((sum, id) => sum + (sizes.get(id) ?? 0), 0),
        rawBytes: stored.files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
        files: stored.files,
        lakeFiles,
      });
    }
    await request.alongside?.(sql);
    await deps.jobs.enqueue(sql, { kind: FINISH_JOB, payload: null });
    return { deliveries, cause, why, actor };
  };
  // Last, because the previous state is read until the plan is applied.
  await applyPlan(deps, plan, act, alongside, async (sql) => {
    for (const { stored } of doomed) await removeDelivery(sql, stored.id);
    const derived = await deps.deriver.forget(sql, bill);
    forgotten = [...(await deps.lake.forgetById(sql, billRows, listFileIds(bill))), ...derived];
  });
  return forgotten;
}
