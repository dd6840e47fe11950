import type { Config } from '../../platform/config/index.ts';
import type { Jobs } from '../../platform/jobs/index.ts';
import type { Sql } from '../../platform/store/index.ts';
import type { Log } from '../../platform/telemetry/index.ts';
import { billRows } from './bill-rows.ts';
import { saveRawDeleted } from './deletion/store.ts';
import { countFindings } from './facts.ts';
import type { DeliveryRequest, OnOverlap, StagedBillFile } from './intake/index.ts';
import {
  checkRows,
  computeDeliveryId,
  type Incoming,
  type IntakeDeps,
  listStagedFiles,
  openIncomingFiles,
  settleFiles,
  stageFiles,
} from './intake/index.ts';
import { healDelivery } from './rebuild.ts';
import type { ImportResult, UnitOutcome } from './schema.ts';
import { findDelivery, findUnitsOfDelivery, type StoredDelivery } from './store.ts';
import { insertImport, type PlannedDelivery, toStoredDelivery } from './store-delivery.ts';
import {
  applyPlan,
  buildArrivingUnits,
  type Deciding,
  findSourceFormats,
  findStanding,
  findStandingUnits,
  type LedgerDeps,
  planChange,
  refuseShrinking,
  refuseUnclear,
} from './units/index.ts';

export interface BillingDeps extends LedgerDeps, IntakeDeps {
  readonly jobs: Pick<Jobs, 'enqueue'>;
  readonly log: Log;
  readonly config: Pick<Config, 'rawBillDays' | 'supersededDeliveryDays'>;
}

/**
 * Imports one delivery, completely or not at all, in stages: find the files, stage them as Parquet, check their rows, group them by unit,
 * plan the change of the ledger, keep the raw files, apply the plan in one transaction. Call it inside `billing.exclusive`. For a known
 * delivery, checks its lake files and rebuilds missing or damaged ones. Errors: those of the files, `bill_rows_rejected`,
 * `bill_period_shrinks`, `bill_overlap_unclear`, `bill_raw_not_found`, `storage_full`.
 */
export async function importDelivery(deps: BillingDeps, asked: DeliveryRequest, actor: string): Promise<ImportResult> {
  const request = await withFormatsOfSource(deps.store, asked);
  const incoming = await openIncomingFiles(deps, request.files);
  const digests = incoming.map(({ sha256 }) => sha256);
  const delivery = computeDeliveryId(request, digests);
  const known = await findDelivery(deps.store, delivery);
  if (known !== null) return importAgain(deps, known, incoming);
  const staged = await stageFiles(deps, request, delivery, incoming);
  const stored = await storeStaged(deps, request, { delivery, incoming, staged }, actor);
  return readImportResult(deps.store, stored);
}

/** Checks, plans and commits staged files; a refusal discards them. */
async function storeStaged(
  deps: BillingDeps,
  request: DeliveryRequest,
  arrival: StagedDelivery,
  actor: string,
): Promise<StoredDelivery> {
  try {
    checkRows(request, arrival.staged);
    const planned = await planDelivery(deps, request, arrival);
    // Raw files are permanent from here on: an acknowledged import stays traceable to its bytes, even after a crash.
    await settleFiles(deps, arrival.incoming);
    return await commitDelivery(deps, request, planned, actor);
  } catch (error) {
    await deps.lake.discard(listStagedFiles(arrival.staged));
    throw error;
  }
}

/** The same files again: nothing changes but damage, which is repaired. */
async function importAgain(
  deps: BillingDeps,
  known: StoredDelivery,
  incoming: readonly Incoming[],
): Promise<ImportResult> {
  if (known.rawDeletedAt !== null) await saveRawDeleted(deps.store, known.id, null);
  await settleFiles(deps, incoming);
  await healDelivery(deps, known);
  await deps.deriver.heal(deps.store, [...known.periods]);
  return { ...(await readImportResult(deps.store, known)), replaced: [], unchanged: true };
}

/** A delivery without declared formats uses the formats declared for its source before. */
async function withFormatsOfSource(sql: Sql, request: DeliveryRequest): Promise<DeliveryRequest> {
  const kept = await findSourceFormats(sql, request.source);
  const dateFormat = request.dateFormat ?? kept.dateFormat;
  const numberFormat = request.numberFormat ?? kept.numberFormat;
  return { ...request, dateFormat, numberFormat };
}

interface StagedDelivery {
  readonly delivery: string;
  readonly incoming: readonly Incoming[];
  readonly staged: readonly StagedBillFile[];
}

/** Compares a staged delivery with the ledger. Errors: `bill_period_shrinks`, `bill_overlap_unclear`. */
async function planDelivery(
  deps: BillingDeps,
  request: DeliveryRequest,
  arrival: StagedDelivery,
): Promise<PlannedDelivery> {
  const { delivery, staged } = arrival;
  const receivedAt = new Date(deps.clock.now()).toISOString();
  const producedAt = request.producedAt === null ? receivedAt : new Date(request.producedAt).toISOString();
  const units = await buildArrivingUnits(deps, request, staged, producedAt);
  await refuseShrinking(deps, request, units);
  const decided = decisions[request.overlap];
  const intended = units.filter(({ isOlder }) => !isOlder).map((unit) => ({ ...unit, delivery, ...decided }));
  const before = await findStandingUnits(deps.store);
  const plan = await planChange(deps, intended);
  if (request.overlap === 'ask') refuseUnclear(intended, plan);
  return { ...arrival, units, plan, before, receivedAt, producedAt };
}

const decisions: Readonly<Record<OnOverlap, { readonly decides?: Deciding }>> = {
  ask: {},
  hold: {},
  beside: { decides: { overlaps: 'undecided', counts: 'both' } },
  replaces: { decides: { overlaps: 'all', counts: 'this' } },
};

/** Applies the plan, stores the delivery and keeps the lake files that do not count yet, in one transaction. */
async function commitDelivery(
  deps: BillingDeps,
  request: DeliveryRequest,
  planned: PlannedDelivery,
  actor: string,
): Promise<StoredDelivery> {
  const { delivery, plan, units } = planned;
  const stored = toStoredDelivery(request, planned);
  const act = { act: 'import', actor, why: null, delivery, source: request.source } as const;
  await applyPlan(deps, plan, act, async (sql) => {
    await insertImport(sql, request, stored, planned);
    const added = new Set(plan.lake.add.map(({ id }) => id));
    const inactive = units.flatMap(({ files }) => files.filter(({ id }) => !added.has(id)));
    if (inactive.length > 0) await deps.lake.keep(sql, billRows, inactive);
    return { periods: stored.periods, replaced: stored.replaced };
  });
  return stored;
}

/** The answer to an import: the rows of the delivery, and the effect of each of its units on the ledger. */
async function readImportResult(sql: Sql, stored: StoredDelivery): Promise<ImportResult> {
  const standing = await findStandingUnits(sql);
  const units = (await findUnitsOfDelivery(sql, stored.id)).map((unit): UnitOutcome => {
    const { source, exportName, scope, period, rows } = unit;
    const findings = countFindings(unit.facts);
    const named = { source, export: exportName, dataset: unit.dataset, scope, period };
    return { ...named, rows, findings, ...findStanding(unit, standing) };
  });
  return {
    delivery: stored.id,
    source: stored.source,
    rows: stored.acceptedRows + stored.rejectedRows,
    accepted: stored.acceptedRows,
    rejected: [...stored.rejected],
    rejectedRows: stored.rejectedRows,
    periods: [...stored.periods],
    totals: [...stored.totals],
    replaced: [...stored.replaced],
    unchanged: false,
    units,
  };
}
