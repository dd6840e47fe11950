import { createHash } from 'node:crypto';
import { AppError, type ErrorCode } from '../../platform/errors/index.ts';
import type { Sql } from '../../platform/store/index.ts';
import type { Clock, Instant } from '../../platform/units/index.ts';
import { type DeliveryRequest, isOfOtherPeriod } from '../billing/index.ts';
import { ImportResult } from '../billing/schema.ts';
import { type FetchDeps, type FetchJob, fetchFiles, saveKept } from './fetch-files.ts';
import { findKnown, findLastProducedFrom, type KnownDelivery, saveKnown } from './known-store.ts';
import type { DeliveryPlan } from './layouts/delivery-plan.ts';
import type { BillSourceSpec, Sync, SyncedDelivery, SyncOutcome } from './schema.ts';
import { findSync } from './store.ts';

export interface DeliverDeps extends FetchDeps {
  readonly clock: Clock;
  /**
   * Imports a delivery completely or not at all. `isWanted` runs first in the exclusive queue and can reject the
   * import.
   */
  importDelivery(request: DeliveryRequest, isWanted: () => Promise<void>): Promise<ImportResult>;
}

export interface DeliverJob extends FetchJob {
  /** Id of the sync. */
  readonly sync: string;
  readonly spec: BillSourceSpec;
  readonly trigger: Sync['trigger'];
}

/**
 * Clouds write a manifest last, within minutes. A manifest that differs from its files after this time counts as
 * broken.
 */
const BROKEN_AFTER_MS = 24 * 3_600_000;

/** Errors that end the whole sync, because the next delivery would fail in the same way. */
const ENDING: ReadonlySet<ErrorCode> = new Set([
  'bill_source_not_found',
  'bucket_unreachable',
  'bucket_access_denied',
  'bucket_not_found',
  'secret_unresolved',
  'storage_full',
  'store_unreachable',
]);

/** Errors caused by a producer that writes during the read. */
const CHANGING: ReadonlySet<ErrorCode> = new Set([
  'bucket_object_changed',
  'bucket_object_not_found',
  // The raw file was kept when the import was planned, and deleted since: the next sync fetches it.
  'bill_raw_not_found',
]);

/** Processes one delivery of a bucket; an error of this delivery alone becomes its outcome and does not throw. */
export async function deliverPlan(deps: DeliverDeps, job: DeliverJob, plan: DeliveryPlan): Promise<SyncedDelivery[]> {
  const { state } = plan;
  const known = await findKnown(deps.store, job.source, computeFingerprint(plan));
  if (known?.outcome === 'delivered') return state.kind === 'superseded' ? [] : known.deliveries.map(toRepeated);
  switch (state.kind) {
    case 'ignored':
      return [buildOutcome(plan, 'ignored', state.reason)];
    case 'superseded':
      return known === null ? saveSuperseded(deps, job, plan, state.reason) : [];
    case 'waiting':
      return [buildWaitingOutcome(deps.clock.now(), job, plan, state)];
    case 'ready':
      return findRepeatedFailure(job, plan, known) ?? importPlan(deps, job, plan);
  }
}

function toRepeated(delivery: SyncedDelivery): SyncedDelivery {
  return delivery.outcome === 'imported' ? { ...delivery, outcome: 'unchanged' } : delivery;
}

async function saveSuperseded(
  deps: DeliverDeps,
  job: DeliverJob,
  plan: DeliveryPlan,
  reason: string,
): Promise<SyncedDelivery[]> {
  const deliveries = [buildOutcome(plan, 'ignored', reason)];
  await remember(deps, job, plan, { outcome: 'superseded', deliveries });
  return deliveries;
}

type WaitingState = Extract<DeliveryPlan['state'], { kind: 'waiting' }>;

function buildWaitingOutcome(
  now: Instant,
  job: DeliverJob,
  plan: DeliveryPlan,
  { reason, fault }: WaitingState,
): SyncedDelivery {
  const isOverdue = now - plan.changedAt >= BROKEN_AFTER_MS;
  const isBroken = (fault !== null && isOverdue) || (fault === 'missing' && job.trigger === 'hand');
  if (!isBroken) return buildOutcome(plan, 'waiting', `${reason}.`);
  const detail = `${reason}. Deliver it again, or wait for the next delivery; what stood before stands.`;
  return { ...buildOutcome(plan, 'failed', detail), code: 'bill_manifest_broken' };
}

/**
 * Returns the stored failure if nothing has changed since and the sync was not started by hand, to avoid a useless
 * fetch.
 */
function findRepeatedFailure(
  job: DeliverJob,
  plan: DeliveryPlan,
  known: KnownDelivery | null,
): SyncedDelivery[] | null {
  if (known?.outcome !== 'failed' || job.trigger === 'hand') return null;
  return known.attemptHash === computeAttemptHash(plan, job.spec) ? [...known.deliveries] : null;
}

async function importPlan(deps: DeliverDeps, job: DeliverJob, plan: DeliveryPlan): Promise<SyncedDelivery[]> {
  try {
    const result = await fetchAndImport(deps, job, plan);
    const deliveries = toSyncedDeliveries(plan, result);
    await saveKept(deps, job.source, plan.files);
    await remember(deps, job, plan, { outcome: 'delivered', deliveries });
    return deliveries;
  } catch (error) {
    if (!(error instanceof AppError) || ENDING.has(error.code)) throw error;
    if (CHANGING.has(error.code))
      return [buildOutcome(plan, 'waiting', `It changed while it was read: ${error.message}`)];
    const deliveries = [{ ...buildOutcome(plan, 'failed', error.message), code: error.code }];
    await remember(deps, job, plan, { outcome: 'failed', deliveries });
    return deliveries;
  }
}

async function fetchAndImport(deps: DeliverDeps, job: DeliverJob, plan: DeliveryPlan): Promise<ImportResult> {
  const files = await fetchFiles(deps, job, plan);
  job.progress.set({ phase: 'importing' });
  const request: DeliveryRequest = {
    source: job.source,
    exportName: plan.exportName,
    dataset: plan.dataset,
    scope: plan.scope,
    period: plan.period,
    producerId: plan.producerId,
    producedAt: new Date(await findProducedAt(deps, job.source, plan)).toISOString(),
    coverage: plan.coverage,
    files,
    expectedRows: plan.expectedRows,
    allowRejected: job.spec.allowRejected,
    allowShrink: false,
    overlap: 'hold',
    dateFormat: job.spec.dateFormat ?? null,
    numberFormat: job.spec.numberFormat ?? null,
  };
  const isWanted = () => assertRunning(deps.store, job);
  const result = await deps.importDelivery(request, isWanted).catch((error: unknown) => {
    if (!isMostlyOfOtherPeriods(error)) throw error;
    return deps.importDelivery({ ...request, period: null }, isWanted);
  });
  job.progress.set({ rows: job.progress.now().rows + result.accepted });
  return result;
}

/** Prevents an import by a sync whose source was deleted. Error: `bill_source_not_found`. */
async function assertRunning(sql: Sql, { sync, source }: Pick<DeliverJob, 'sync' | 'source'>): Promise<void> {
  if ((await findSync(sql, sync)) !== null) return;
  throw new AppError('bill_source_not_found', `The source "${source}" was deleted while it was synced.`, { source });
}

/**
 * Production time. Without a stated time, a rewritten manifest is newer than the previous one whatever the object's
 * time: copying and unpacking preserve old times.
 */
async function findProducedAt(deps: DeliverDeps, source: string, plan: DeliveryPlan): Promise<Instant> {
  if (plan.producedAtStated) return plan.producedAt;
  const last = await findLastProducedFrom(deps.store, source, plan.origin);
  return last === null ? plan.producedAt : Math.max(plan.producedAt, last + 1);
}

/**
 * True when most rows belong to a billing period other than the manifest's. The month of the manifest is then that of
 * the charges or of the run, and the rows determine the billing periods.
 */
function isMostlyOfOtherPeriods(error: unknown): boolean {
  if (!(error instanceof AppError) || error.code !== 'bill_rows_rejected') return false;
  const refused = ImportResult.safeParse(error.context);
  if (!refused.success) return false;
  const { accepted, rejectedRows, rejected } = refused.data;
  return rejectedRows > accepted && rejected.every(isOfOtherPeriod);
}

const outcomes: Readonly<Record<ImportResult['units'][number]['standing'], SyncOutcome>> = {
  current: 'imported',
  replaced: 'ignored',
  ignored: 'ignored',
  shadowed: 'shadowed',
  held: 'held',
  empty: 'ignored',
};

function toSyncedDeliveries(plan: DeliveryPlan, { delivery, units, unchanged }: ImportResult): SyncedDelivery[] {
  const byPeriod = units.toSorted((one, other) => ((one.period ?? '') < (other.period ?? '') ? -1 : 1));
  return byPeriod.map(({ period, rows, standing, reason }) => {
    const outcome = unchanged && standing === 'current' ? 'unchanged' : outcomes[standing];
    return { ...buildOutcome(plan, outcome, reason), delivery, period: period ?? plan.period, rows };
  });
}

function buildOutcome(plan: DeliveryPlan, outcome: SyncOutcome, reason: string | null): SyncedDelivery {
  const { exportName, period } = plan;
  return { delivery: null, export: exportName, period, outcome, rows: null, reason, code: null };
}

async function remember(
  deps: DeliverDeps,
  job: DeliverJob,
  plan: DeliveryPlan,
  what: Pick<KnownDelivery, 'outcome' | 'deliveries'>,
): Promise<void> {
  const known = {
    fingerprint: computeFingerprint(plan),
    origin: plan.origin,
    producedAt: await findProducedAt(deps, job.source, plan),
    attemptHash: computeAttemptHash(plan, job.spec),
    ...what,
  };
  await deps.store.transaction(async (sql) => {
    await assertRunning(sql, job);
    await saveKnown(sql, job.source, known);
  });
}

/** Identity of a delivery: its unit, the producer's id and the content of its manifest. Hex SHA-256. */
function computeFingerprint(plan: DeliveryPlan): string {
  const { exportName, dataset, scope, period, producerId, contentHash } = plan;
  return hashJson([exportName, dataset, scope, period, producerId, contentHash]);
}

/**
 * Other inputs of an import attempt: the current files and the rejected rows that the configuration allows. Hex
 * SHA-256.
 */
function computeAttemptHash(plan: DeliveryPlan, spec: BillSourceSpec): string {
  return hashJson([plan.files.map(({ key, etag }) => [key, etag]), spec.allowRejected]);
}

function hashJson(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex');
}
