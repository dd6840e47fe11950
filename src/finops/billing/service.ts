import type { Config } from '../../platform/config/index.ts';
import { AppError } from '../../platform/errors/index.ts';
import type { Jobs } from '../../platform/jobs/index.ts';
import type { Sql } from '../../platform/store/index.ts';
import type { Log } from '../../platform/telemetry/index.ts';
import { sumDecimals } from '../../platform/units/index.ts';
import { applyPlan } from './apply-plan.ts';
import { billRows } from './bill-rows.ts';
import { noteRawDeleted } from './deletion/store.ts';
import { deliveryId } from './delivery-id.ts';
import type { DeliveryRequest, OnOverlap } from './delivery-request.ts';
import { countFindings } from './facts.ts';
import { type ArrivingUnit, arrivingUnits } from './import-units.ts';
import { type Incoming, type IntakeDeps, incomingFiles, settleFiles, stagedFiles, stageFiles } from './intake.ts';
import { type Deciding, type LedgerDeps, type Plan, planChange } from './ledger.ts';
import { refuseMiscounted } from './miscount.ts';
import { healDelivery } from './rebuild.ts';
import { CostMetric, type ImportResult, type MetricTotal, type UnitOutcome } from './schema.ts';
import { refuseShrinking } from './shrink.ts';
import type { StagedBillFile } from './staging.ts';
import { standingOf } from './standing-of.ts';
import { findDelivery, insertDelivery, insertDeliveryUnit, type StoredDelivery, unitsOfDelivery } from './store.ts';
import { refuseUnclear } from './unclear.ts';
import { formatsOfSource, type StandingUnit, saveFormatsOfSource, standingUnits } from './unit-store.ts';

export interface BillingDeps extends LedgerDeps, IntakeDeps {
  readonly jobs: Pick<Jobs, 'enqueue'>;
  readonly log: Log;
  readonly config: Pick<Config, 'rawBillDays' | 'supersededDeliveryDays'>;
}

/**
 * Imports one delivery, completely or not at all. Call it inside `billing.exclusive`. For a known delivery, checks its
 * lake files and rebuilds missing or damaged ones. Errors: those of the files, `bill_rows_rejected`,
 * `bill_period_shrinks`, `bill_overlap_unclear`, `bill_raw_not_found`, `storage_full`.
 */
export async function importDelivery(deps: BillingDeps, asked: DeliveryRequest, actor: string): Promise<ImportResult> {
  const request = await withFormatsOfSource(deps.store, asked);
  const incoming = await incomingFiles(deps, request.files);
  const delivery = deliveryId(
    request,
    incoming.map(({ sha256 }) => sha256),
  );
  const known = await findDelivery(deps.store, delivery);
  if (known !== null) {
    if (known.rawDeletedAt !== null) await noteRawDeleted(deps.store, delivery, null);
    await settleFiles(deps, incoming);
    await healDelivery(deps, known);
    await deps.deriver.heal(deps.store, [...known.periods]);
    return { ...(await resultOf(deps.store, known)), replaced: [], unchanged: true };
  }
  const staged = await stageFiles(deps, request, delivery, incoming);
  return resultOf(deps.store, await storeOrDiscard(deps, request, { delivery, incoming, staged, actor }));
}

/** A delivery without declared formats uses the formats declared for its source before. */
async function withFormatsOfSource(sql: Sql, request: DeliveryRequest): Promise<DeliveryRequest> {
  const kept = await formatsOfSource(sql, request.source);
  const dateFormat = request.dateFormat ?? kept.dateFormat;
  const numberFormat = request.numberFormat ?? kept.numberFormat;
  return { ...request, dateFormat, numberFormat };
}

async function storeOrDiscard(deps: BillingDeps, request: DeliveryRequest, arrival: Arrival): Promise<StoredDelivery> {
  try {
    refuseRejected(request, arrival.staged);
    refuseMiscounted(request, arrival.staged);
    return await storeDelivery(deps, request, arrival);
  } catch (error) {
    await deps.lake.discard(stagedFiles(arrival.staged));
    throw error;
  }
}

interface Arrival {
  readonly delivery: string;
  readonly incoming: readonly Incoming[];
  readonly staged: readonly StagedBillFile[];
  readonly actor: string;
}

async function storeDelivery(deps: BillingDeps, request: DeliveryRequest, arrival: Arrival): Promise<StoredDelivery> {
  const { delivery } = arrival;
  const receivedAt = new Date(deps.clock.now()).toISOString();
  const producedAt = request.producedAt === null ? receivedAt : new Date(request.producedAt).toISOString();
  const units = await arrivingUnits(deps, request, arrival.staged, producedAt);
  await refuseShrinking(deps, request, units);
  const decided = decisions[request.overlap];
  const intended = units.filter(({ isOlder }) => !isOlder).map((unit) => ({ ...unit, delivery, ...decided }));
  const before = await standingUnits(deps.store);
  const plan = await planChange(deps, intended);
  if (request.overlap === 'ask') refuseUnclear(intended, plan);
  const record = recordOf(request, arrival, { receivedAt, units, plan, before });
  // Raw files are permanent from here on: an acknowledged import stays traceable to its bytes, even after a crash.
  await settleFiles(deps, arrival.incoming);
  const act = { act: 'import', actor: arrival.actor, why: null, delivery, source: request.source } as const;
  await applyPlan(deps, plan, act, async (sql) => {
    await insertDelivery(sql, record);
    await saveFormatsOfSource(sql, request.source, request);
    await insertUnits(sql, request, record, units, producedAt);
    const shown = new Set(plan.lake.add.map(({ id }) => id));
    const unseen = units.flatMap(({ files }) => files.filter(({ id }) => !shown.has(id)));
    if (unseen.length > 0) await deps.lake.keep(sql, billRows, unseen);
    return { periods: record.periods, replaced: record.replaced };
  });
  return record;
}

const decisions: Readonly<Record<OnOverlap, { readonly decides?: Deciding }>> = {
  ask: {},
  hold: {},
  beside: { decides: { overlaps: 'undecided', counts: 'both' } },
  replaces: { decides: { overlaps: 'all', counts: 'this' } },
};

async function insertUnits(
  sql: Sql,
  request: DeliveryRequest,
  { id: delivery, receivedAt }: StoredDelivery,
  units: readonly ArrivingUnit[],
  producedAt: string,
): Promise<void> {
  const { source, exportName, scope } = request;
  for (const unit of units) {
    const { partition, period, dataset, rows, facts, isOlder: ignored, remark } = unit;
    const lakeFiles = unit.files.map(({ id }) => id);
    const identity = { delivery, partition, source, exportName, dataset, scope, period };
    await insertDeliveryUnit(sql, { ...identity, receivedAt, producedAt, lakeFiles, rows, facts, ignored, remark });
  }
  if (units.length > 0) return;
  const nothing = { totals: [], chargeDays: [], accounts: [], currencies: [] };
  const identity = { delivery, partition: '', source, exportName, dataset: request.dataset ?? 'CostAndUsage', scope };
  const remark = 'holds no row and declares no billing period, so it replaces nothing';
  const empty = { period: null, lakeFiles: [], rows: 0, facts: nothing, ignored: true, remark };
  await insertDeliveryUnit(sql, { ...identity, ...empty, receivedAt, producedAt });
}

function recordOf(
  request: DeliveryRequest,
  { delivery, incoming, staged }: Arrival,
  context: { receivedAt: string; units: readonly ArrivingUnit[]; plan: Plan; before: readonly StandingUnit[] },
): StoredDelivery {
  const { receivedAt, units, plan, before } = context;
  const taken = new Set(units.filter(({ isOlder }) => !isOlder).map(({ partition }) => partition));
  const replaced = before.filter((unit) => taken.has(unit.partition)).map((unit) => unit.delivery);
  return {
    id: delivery,
    source: request.source,
    producerId: request.producerId,
    receivedAt,
    periods: [...new Set(units.map(({ period }) => period))].toSorted(),
    files: incoming.map(({ name, sizeBytes, sha256 }) => ({ name, sizeBytes, sha256 })),
    acceptedRows: staged.reduce((sum, file) => sum + file.acceptedRows, 0),
    rejectedRows: staged.reduce((sum, file) => sum + file.rejectedRows, 0),
    rejected: staged.flatMap((file) => file.rejected).slice(0, 1000),
    totals: totalsOf(units, plan),
    replaced: [...new Set(replaced)].toSorted(),
    rawDeletedAt: null,
    ...{ dateFormat: request.dateFormat, numberFormat: request.numberFormat },
  };
}

/** Excludes the shadowed one of two views of the same cost in one delivery, so that they are not summed together. */
function totalsOf(units: readonly ArrivingUnit[], plan: Plan): MetricTotal[] {
  const own = new Set(units.map(({ partition }) => partition));
  const isShadowed = (partition: string) =>
    plan.units.some((unit) => unit.partition === partition && unit.shadowedBy !== null && own.has(unit.shadowedBy));
  const all = units.filter(({ partition }) => !isShadowed(partition)).flatMap(({ facts }) => facts.totals);
  const currencies = [...new Set(all.map(({ currency }) => currency))].toSorted();
  return CostMetric.options.flatMap((metric) =>
    currencies.flatMap((currency): MetricTotal[] => {
      const amounts = all.filter((total) => total.metric === metric && total.currency === currency);
      return amounts.length === 0
        ? []
        : [{ metric, currency, amount: sumDecimals(amounts.map(({ amount }) => amount)) }];
    }),
  );
}

function refuseRejected(request: DeliveryRequest, staged: readonly StagedBillFile[]): void {
  const rejectedRows = staged.reduce((sum, file) => sum + file.rejectedRows, 0);
  if (rejectedRows <= request.allowRejected) return;
  const rejected = staged.flatMap((file) => file.rejected).slice(0, 1000);
  const [first] = rejected;
  const where = first === undefined ? '' : ` First: ${first.file}, line ${first.line ?? '?'}: ${first.reason}.`;
  const rows = rejectedRows === 1 ? '1 row is' : `${rejectedRows} rows are`;
  const accepted = staged.reduce((sum, file) => sum + file.acceptedRows, 0);
  const result: ImportResult = {
    ...{ delivery: null, source: request.source, rows: accepted + rejectedRows, accepted, rejected, rejectedRows },
    ...{ periods: [], totals: [], replaced: [], unchanged: false, units: [] },
  };
  throw new AppError(
    'bill_rows_rejected',
    `${rows} not acceptable, so nothing was stored.${where} Correct the file, or leave these rows out with --allow-rejected ${rejectedRows}.`,
    { ...result },
  );
}

async function resultOf(sql: Sql, stored: StoredDelivery): Promise<ImportResult> {
  const standing = await standingUnits(sql);
  const units = (await unitsOfDelivery(sql, stored.id)).map((unit): UnitOutcome => {
    const { source, exportName, scope, period, rows } = unit;
    const findings = countFindings(unit.facts);
    const named = { source, export: exportName, dataset: unit.dataset, scope, period };
    return { ...named, rows, findings, ...standingOf(unit, standing) };
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
