import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { BucketLocation } from '../../platform/buckets/index.ts';
import { AppError } from '../../platform/errors/index.ts';
import { parseCron } from '../../platform/jobs/cron.ts';
import type { Jobs } from '../../platform/jobs/index.ts';
import type { ManifestOutcome } from '../../platform/manifests/index.ts';
import type { Sql } from '../../platform/store/index.ts';
import type { Instant } from '../../platform/units/index.ts';
import type { BillDeletion, Billing } from '../billing/index.ts';
import { findFetched } from './known-store.ts';
import { NO_PROGRESS } from './progress.ts';
import { createSourceNotFoundError, runSync, type SyncDeps } from './run-sync.ts';
import type { BillSource, BillSourceSpec, Sync } from './schema.ts';
import { SyncId } from './schema.ts';
import {
  findLastEndedSync,
  findSources,
  findSync,
  findUnendedSync,
  insertSync,
  removeSource,
  type StoredSource,
  saveSource,
  takeTurn,
} from './store.ts';

export interface SourcesDeps extends SyncDeps {
  readonly jobs: Pick<Jobs, 'register' | 'enqueue'>;
  /** Deletes the deliveries of a source, in one transaction with the end of its syncs. */
  readonly deleteBills: Billing['deleteSource'];
  /** Sets the days after its end from which a billing period of a source counts as closed. */
  setProvisionalDays(sql: Sql, source: string, days: number): Promise<void>;
  /** Names of sources with a held delivery, which waits for a decision about an overlap. */
  heldSources(sql: Sql): Promise<ReadonlySet<string>>;
}

const SYNC_JOB = 'bill.sync';
const DUE_JOB = 'bill.sync_due';
/** A sync limits its own attempts and always ends, so the queue must not give it up earlier. */
const MANY_TRIES = 1000;

const SyncPayload = z.strictObject({ sync: SyncId });
const DuePayload = z.strictObject({ source: z.string(), at: z.string() });

export function registerJobs(deps: SourcesDeps): void {
  deps.jobs.register(SYNC_JOB, {
    maxAttempts: MANY_TRIES,
    handler: (payload, context) => runSync(deps, { ...context, sync: SyncPayload.parse(payload).sync }),
  });
  deps.jobs.register(DUE_JOB, {
    maxAttempts: MANY_TRIES,
    handler: (payload) => syncOnSchedule(deps, DuePayload.parse(payload)),
  });
}

/** Stores a source as its document declares it. Errors: `manifest_invalid` for an invalid cron pattern. */
export async function applySource(
  deps: SourcesDeps,
  sql: Sql,
  name: string,
  spec: BillSourceSpec,
): Promise<ManifestOutcome> {
  const now = deps.clock.now();
  const [before] = await findSources(sql, name);
  if (before !== undefined && JSON.stringify(before.spec) === JSON.stringify(spec)) return 'unchanged';
  const nextAt = findNextTime(spec.schedule, now);
  await saveSource(sql, { name, spec, nextAt }, new Date(now).toISOString());
  await deps.setProvisionalDays(sql, name, spec.closedAfterDays);
  if (nextAt !== null && nextAt !== before?.nextAt) await enqueueTurn(deps, sql, name, nextAt);
  return before === undefined ? 'created' : 'changed';
}

function findNextTime(schedule: string | null, now: Instant): string | null {
  if (schedule === null) return null;
  try {
    const next = parseCron(schedule).next(now);
    return next === null ? null : new Date(next).toISOString();
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const detail = `spec.schedule "${schedule}" is no cron pattern: ${why} Five fields are minute, hour, day, month and weekday, such as "17 * * * *".`;
    throw new AppError('manifest_invalid', detail, { path: 'spec.schedule' }, { cause: error });
  }
}

async function enqueueTurn(deps: SourcesDeps, sql: Sql, source: string, at: string): Promise<void> {
  const uniqueKey = `${DUE_JOB}:${source}:${at}`;
  await deps.jobs.enqueue(sql, { kind: DUE_JOB, payload: { source, at }, runAt: at, uniqueKey });
}

/** Schedule times missed while no server ran cause a single sync; the next time is computed from now. */
async function syncOnSchedule(deps: SourcesDeps, { source, at }: z.infer<typeof DuePayload>): Promise<void> {
  await deps.store.transaction(async (sql) => {
    const [stored] = await findSources(sql, source);
    if (stored === undefined || stored.nextAt !== at) return;
    const nextAt = findNextTime(stored.spec.schedule, deps.clock.now());
    if (!(await takeTurn(sql, source, at, nextAt))) return;
    await beginSync(deps, sql, stored, 'schedule');
    if (nextAt !== null) await enqueueTurn(deps, sql, source, nextAt);
  });
}

/** Starts a sync of one source, or of all for null; joins a sync in progress. Errors: `bill_source_not_found`. */
export async function startByHand(deps: SourcesDeps, name: string | null): Promise<Sync[]> {
  return deps.store.transaction(async (sql) => {
    const sources = await findSources(sql, name);
    if (name !== null && sources.length === 0) throw createSourceNotFoundError(name);
    const syncs: Sync[] = [];
    for (const source of sources) syncs.push(await beginSync(deps, sql, source, 'hand'));
    return syncs;
  });
}

async function beginSync(deps: SourcesDeps, sql: Sql, source: StoredSource, trigger: Sync['trigger']): Promise<Sync> {
  const running = await findUnendedSync(sql, source.name);
  if (running !== null) return running;
  const sync: Sync = {
    sync: `s_${randomBytes(10).toString('hex')}`,
    source: source.name,
    trigger,
    state: 'waiting',
    askedAt: new Date(deps.clock.now()).toISOString(),
    endedAt: null,
    progress: NO_PROGRESS,
    deliveries: [],
    error: null,
  };
  await insertSync(sql, sync);
  await deps.jobs.enqueue(sql, { kind: SYNC_JOB, payload: { sync: sync.sync } });
  return sync;
}

/** Deletes a source; its sync in progress imports nothing further. Error: `bill_source_not_found`. */
export async function deleteSourceByName(
  deps: SourcesDeps,
  request: Omit<Parameters<Billing['deleteSource']>[0], 'isDeclared' | 'alongside'>,
): Promise<BillDeletion> {
  const { source } = request;
  const isDeclared = (await findSources(deps.store, source)).length > 0;
  const fetched = await findFetched(deps.store, source);
  const alongside = (sql: Sql) => removeSource(sql, source);
  const answer = await deps.deleteBills({ ...request, isDeclared, alongside });
  // Files fetched but not imported; after a crash here, upload retention removes them a day later.
  if (!request.dryRun) for (const { upload } of fetched) if (upload !== null) await deps.uploads.discard(upload);
  return answer;
}

/** Errors: `bill_sync_not_found`. */
export async function syncById(sql: Sql, id: string): Promise<Sync> {
  const sync = await findSync(sql, id);
  if (sync !== null) return sync;
  throw new AppError('bill_sync_not_found', `There is no sync ${id}; syncs are kept for 30 days.`, { sync: id });
}

/** Every source with the result of its last sync, by name. */
export async function readSourcesWithState({ store: sql, heldSources }: SourcesDeps): Promise<BillSource[]> {
  const sources: BillSource[] = [];
  const held = await heldSources(sql);
  for (const { name, spec, nextAt } of await findSources(sql, null)) {
    const [running, last] = [await findUnendedSync(sql, name), await findLastEndedSync(sql, name)];
    sources.push({
      source: name,
      location: formatLocation(spec.location),
      layout: spec.layout,
      schedule: spec.schedule,
      nextSyncAt: nextAt,
      state: running !== null ? 'syncing' : findSourceState(last, held.has(name)),
      lastSync: last?.sync ?? null,
      lastSyncAt: last?.endedAt ?? null,
      lastError: last === null ? null : findFirstError(last),
    });
  }
  return sources;
}

/** The specification of a source, to change it. Error: `bill_source_not_found`. */
export async function readSourceDocument(sql: Sql, source: string) {
  const [found] = await findSources(sql, source);
  if (found === undefined) throw createSourceNotFoundError(source);
  return { source, spec: found.spec };
}

function findSourceState(last: Sync | null, isHeld: boolean): BillSource['state'] {
  if (last === null) return 'never';
  if (findFirstError(last) !== null) return 'failed';
  if (isHeld) return 'held';
  return last.deliveries.some(({ outcome }) => outcome === 'waiting') ? 'waiting' : 'ok';
}

function findFirstError({ error, deliveries }: Sync): BillSource['lastError'] {
  const failed = deliveries.find(({ outcome }) => outcome === 'failed');
  if (error !== null) return error;
  return failed === undefined ? null : { code: failed.code ?? 'internal', detail: failed.reason ?? '' };
}

/** Display name of a location; contains no credentials. */
function formatLocation(location: BucketLocation): string {
  switch (location.type) {
    case 'folder':
      return location.path;
    case 's3':
      return joinPath(`s3://${location.bucket}`, location.prefix);
    case 'azureBlob':
      return joinPath(`${nameAzureAccount(location)}/${location.container}`, location.prefix);
  }
}

function nameAzureAccount({ account, accountUrl }: Extract<BucketLocation, { type: 'azureBlob' }>): string {
  return (
    accountUrl?.replace(/\/+$/, '') ?? (account === undefined ? 'azure:/' : `https://${account}.blob.core.windows.net`)
  );
}

function joinPath(place: string, prefix: string | undefined): string {
  const below = (prefix ?? '').replace(/^\/+|\/+$/g, '');
  return below === '' ? place : `${place}/${below}`;
}
