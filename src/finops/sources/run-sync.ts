import { createHash } from 'node:crypto';
import type { Bucket, BucketLocation, BucketObject } from '../../platform/buckets/index.ts';
import { AppError, type ErrorCode } from '../../platform/errors/index.ts';
import { toAppError } from '../../platform/http/problem.ts';
import type { Log } from '../../platform/telemetry/index.ts';
import { toMonthPeriod } from '../../platform/units/index.ts';
import { type DeliverDeps, type DeliverJob, deliverPlan } from './deliver.ts';
import { discardFetched } from './fetch-files.ts';
import { formatMonth } from './layouts/dates.ts';
import type { DeliveryPlan, Listing, ManifestFile } from './layouts/delivery-plan.ts';
import { listManifestKeys, planDeliveries } from './layouts/plan-deliveries.ts';
import { SETTLE_MS } from './layouts/without-manifest.ts';
import { mapBounded } from './map-bounded.ts';
import { createProgressMeter } from './progress.ts';
import type { BillSourceSpec, Sync } from './schema.ts';
import { findSources, findSync, removeSyncs, saveSync } from './store.ts';

export interface SyncDeps extends DeliverDeps {
  readonly log: Log;
  openBucket(location: BucketLocation): Promise<Bucket>;
}

export interface SyncRun {
  readonly sync: string;
  /** Aborted when the server stops. */
  readonly signal: AbortSignal;
  /** 1 on the first attempt; higher after the server stopped during an attempt, or after a retry. */
  readonly attempt: number;
}

/**
 * Maximum attempts: for a scheduled sync whose bucket or store is unreachable, and for any sync during which the server
 * stopped.
 */
const TRIES = 5;
/** Errors for which a retry can help. */
const PASSING: ReadonlySet<ErrorCode> = new Set(['bucket_unreachable', 'storage_full', 'store_unreachable']);
const MANIFESTS_AT_ONCE = 8;
/** Maximum size of a manifest, which lists only columns and files. A larger file is read as empty. */
const LARGEST_MANIFEST_BYTES = 64 * 1024 * 1024;
const SYNCS_KEPT_MS = 30 * 24 * 3_600_000;

/**
 * Runs a queued sync to its end. Throws only to request a retry by the job queue. Reuses the files fetched by an
 * interrupted sync; deliveries that it imported are found unchanged.
 */
export async function runSync(deps: SyncDeps, run: SyncRun): Promise<void> {
  const sync = await findSync(deps.store, run.sync);
  if (sync === null || sync.endedAt !== null) return;
  let current: Sync = { ...sync, state: 'running', deliveries: [], error: null };
  const progress = createProgressMeter((at) => saveSync(deps.store, { ...current, progress: at }));
  const end = async (how: Pick<Sync, 'state' | 'error'>) => {
    progress.set({ phase: 'ended' });
    await progress.flush();
    const endedAt = new Date(deps.clock.now()).toISOString();
    await saveSync(deps.store, { ...current, ...how, progress: progress.now(), endedAt });
    await removeSyncs(deps.store, sync.source, new Date(deps.clock.now() - SYNCS_KEPT_MS).toISOString(), sync.sync);
  };
  try {
    if (run.attempt > TRIES) throw new AppError('internal', `The server ended during each of ${TRIES} tries.`);
    const [source] = await findSources(deps.store, sync.source);
    if (source === undefined) throw createSourceNotFoundError(sync.source);
    const job = {
      sync: sync.sync,
      source: sync.source,
      spec: source.spec,
      trigger: sync.trigger,
      progress,
      signal: run.signal,
    };
    await syncSource(deps, job, (deliveries) => {
      current = { ...current, deliveries };
    });
    await end({ state: 'done', error: null });
  } catch (error) {
    await progress.flush();
    if (run.signal.aborted) throw error;
    if (sync.trigger === 'schedule' && run.attempt < TRIES && isPassing(error)) throw error;
    await end({ state: 'failed', error: toSyncError(deps.log, error) });
  }
}

async function syncSource(
  deps: SyncDeps,
  job: Omit<DeliverJob, 'bucket'>,
  report: (deliveries: Sync['deliveries']) => void,
): Promise<void> {
  const { source, spec, progress } = job;
  progress.set({ phase: 'listing' });
  await using bucket = await deps.openBucket(spec.location);
  let listing: Listing | null = null;
  try {
    listing = await readListing(bucket.list(''));
    const plans = await readPlans(deps, bucket, listing, job);
    progress.set({ deliveries: plans.length });
    let deliveries: Sync['deliveries'] = [];
    for (const plan of plans) {
      job.signal.throwIfAborted();
      deliveries = [...deliveries, ...(await deliverPlan(deps, { ...job, bucket }, plan))];
      report(deliveries);
      progress.set({ deliveriesDone: progress.now().deliveriesDone + 1 });
    }
  } finally {
    // A stopping server resumes the sync after its restart, so it keeps the fetched files.
    if (!job.signal.aborted) await discardFetched(deps, source, listing);
  }
}

async function readListing(objects: AsyncIterable<BucketObject>): Promise<Listing> {
  const listing = new Map<string, BucketObject>();
  for await (const object of objects) listing.set(object.key, object);
  return listing;
}

async function readPlans(
  deps: SyncDeps,
  bucket: Bucket,
  listing: Listing,
  { spec, trigger }: Pick<DeliverJob, 'spec' | 'trigger'>,
): Promise<DeliveryPlan[]> {
  const now = deps.clock.now();
  const objects = listManifestKeys(spec.layout, listing).flatMap((key) => listing.get(key) ?? []);
  const manifests = await mapBounded(objects, MANIFESTS_AT_ONCE, (object) => readManifestFile(bucket, object));
  const { layout, exportName, scope, dataset } = spec;
  const overrides = { exportName, scope, dataset };
  // A sync started by hand implies that copying is complete.
  const settleMs = trigger === 'hand' ? 0 : SETTLE_MS;
  const plans = planDeliveries({ layout, listing, manifests, overrides, now, settleMs });
  const oldest = findOldestPeriod(spec, now);
  return plans.filter(({ period }) => period === null || oldest === null || period >= oldest);
}

async function readManifestFile(bucket: Bucket, object: BucketObject): Promise<ManifestFile> {
  const text = object.sizeBytes > LARGEST_MANIFEST_BYTES ? '' : await readText(bucket, object);
  return { object, text, sha256: createHash('sha256').update(text).digest('hex') };
}

/** A manifest that changes during the read is read as empty; it waits for the next sync. */
async function readText(bucket: Bucket, { key, etag }: BucketObject): Promise<string> {
  try {
    const chunks: Buffer[] = [];
    for await (const chunk of await bucket.read(key, etag)) chunks.push(chunk as Buffer);
    return Buffer.concat(chunks).toString('utf8');
  } catch (error) {
    if (error instanceof AppError && /^bucket_object_(changed|not_found)$/.test(error.code)) return '';
    throw error;
  }
}

/** First month of the window; null when all months count. `periods: 1` is the current month alone. */
function findOldestPeriod({ periods }: BillSourceSpec, now: number): string | null {
  if (periods === null) return null;
  const start = new Date(toMonthPeriod(formatMonth(now)).start);
  start.setUTCMonth(start.getUTCMonth() - (periods - 1));
  return formatMonth(start.getTime());
}

function isPassing(error: unknown): boolean {
  return PASSING.has(toAppError(error).code);
}

function toSyncError(log: Log, error: unknown): NonNullable<Sync['error']> {
  const { code, message: detail } = toAppError(error);
  if (error instanceof AppError || code !== 'internal') return { code, detail };
  log.error({ err: error }, 'a sync of bills ended in a bug');
  return { code: 'internal', detail: 'Something went wrong in the server; its log has the cause.' };
}

export function createSourceNotFoundError(source: string): AppError {
  const detail = `There is no source "${source}". Apply a document of kind BillSource first; steelyard source list shows what there is.`;
  return new AppError('bill_source_not_found', detail, { source });
}
