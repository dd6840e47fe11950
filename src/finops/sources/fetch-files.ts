import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Bucket } from '../../platform/buckets/index.ts';
import { AppError } from '../../platform/errors/index.ts';
import type { Store } from '../../platform/store/index.ts';
import type { ReceivedUpload, Uploads } from '../../platform/uploads/index.ts';
import type { DeliveryFileRef } from '../billing/index.ts';
import { type FetchedObject, findFetched, removeFetched, saveFetched } from './known-store.ts';
import type { DeliveryPlan, Listing, PlannedFile } from './layouts/delivery-plan.ts';
import { mapBounded } from './map-bounded.ts';
import type { ProgressMeter } from './progress.ts';

/** Concurrent fetches: enough to hide the latency of a bucket, and few enough for one disk. */
const FETCHES_AT_ONCE = 4;
/** Maximum length of an upload's name; the delivery stores the full key. */
const LONGEST_NAME = 255;

export interface FetchDeps {
  readonly store: Store;
  readonly uploads: Pick<Uploads, 'newId' | 'receive' | 'facts' | 'discard'>;
  /** Whether bytes are kept from an earlier delivery, by SHA-256. */
  keepsRaw(sha256: string): Promise<boolean>;
}

export interface FetchJob {
  readonly source: string;
  readonly bucket: Bucket;
  readonly progress: ProgressMeter;
  readonly signal: AbortSignal;
}

/**
 * Fetches the files of a delivery, streamed, each in the planned version. Files that an interrupted sync or an earlier
 * delivery already fetched are not fetched again. Errors: `bucket_object_changed` and those of reading a bucket.
 */
export async function fetchFiles(deps: FetchDeps, job: FetchJob, plan: DeliveryPlan): Promise<DeliveryFileRef[]> {
  const { progress } = job;
  const bytes = plan.files.reduce((sum, file) => sum + file.sizeBytes, 0);
  progress.set({ phase: 'fetching', filesDone: 0, files: plan.files.length, bytesDone: 0, bytes });
  const fetched = new Map((await findFetched(deps.store, job.source)).map((object) => [object.key, object]));
  return mapBounded(plan.files, FETCHES_AT_ONCE, async (file, failed) => {
    const known = fetched.get(file.key);
    const here = await findStoredFile(deps, file, known);
    if (here !== null) progress.addBytes(file.sizeBytes);
    else if (known !== undefined && known.upload !== null) await deps.uploads.discard(known.upload);
    const ref = here ?? (await fetchFile(deps, job, file, AbortSignal.any([job.signal, failed])));
    progress.addFile();
    return ref;
  });
}

async function findStoredFile(
  deps: FetchDeps,
  { key, etag }: PlannedFile,
  known: FetchedObject | undefined,
): Promise<DeliveryFileRef | null> {
  if (known === undefined || known.etag !== etag) return null;
  if (known.upload !== null && (await isThere(deps, known.upload))) return { name: key, upload: known.upload };
  const { sha256 } = known;
  return sha256 !== null && (await deps.keepsRaw(sha256)) ? { name: key, sha256 } : null;
}

async function isThere({ uploads }: FetchDeps, upload: string): Promise<boolean> {
  try {
    await uploads.facts(upload);
    return true;
  } catch (error) {
    if (error instanceof AppError && error.code === 'upload_not_found') return false;
    throw error;
  }
}

async function fetchFile(
  deps: FetchDeps,
  job: FetchJob,
  file: PlannedFile,
  signal: AbortSignal,
): Promise<DeliveryFileRef> {
  const { store, uploads } = deps;
  const { key, etag } = file;
  const upload = uploads.newId();
  // Recorded before the bytes arrive, so that after a crash they are found again and used or removed.
  await saveFetched(store, job.source, { key, etag, sha256: null, upload });
  const { sizeBytes, sha256 } = await receive(deps, job, file, upload, signal);
  if (sizeBytes !== file.sizeBytes) {
    const detail = `${key} has ${sizeBytes} bytes, its listing has ${file.sizeBytes}: it is still being written. Sync again later.`;
    throw new AppError('bucket_object_changed', detail, { key });
  }
  await saveFetched(store, job.source, { key, etag, sha256, upload });
  return { name: key, upload };
}

async function receive(
  { uploads }: FetchDeps,
  { bucket, progress }: FetchJob,
  { key, etag }: PlannedFile,
  upload: string,
  signal: AbortSignal,
): Promise<ReceivedUpload> {
  const counted = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      progress.addBytes(chunk.length);
      done(null, chunk);
    },
  });
  const piping = pipeline(await bucket.read(key, etag), counted, { signal });
  const name = (key.split('/').at(-1) ?? key).slice(-LONGEST_NAME);
  // Both ends of the pipe report a failure; the end that failed first has the cause.
  const [piped, stored] = await Promise.allSettled([piping, uploads.receive(name, counted, upload)]);
  if (piped.status === 'rejected') {
    throw stored.status === 'rejected' && isOurs(stored.reason) ? stored.reason : piped.reason;
  }
  if (stored.status === 'rejected') throw stored.reason;
  return stored.value;
}

/** A full disk also aborts the read; the abort error is not the cause. */
function isOurs(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOSPC' || error instanceof AppError);
}

/** After an import, the bytes are kept by hash. */
export async function saveKept(deps: FetchDeps, source: string, files: readonly PlannedFile[]): Promise<void> {
  const keys = new Set(files.map(({ key }) => key));
  for (const object of await findFetched(deps.store, source)) {
    if (!keys.has(object.key) || object.upload === null) continue;
    await saveFetched(deps.store, source, { ...object, upload: null });
    await deps.uploads.discard(object.upload);
  }
}

/** Discards fetched files that were not imported, and forgets objects that are no longer listed. */
export async function discardFetched(deps: FetchDeps, source: string, listing: Listing | null): Promise<void> {
  for (const { key, upload } of await findFetched(deps.store, source)) {
    if (upload !== null) await deps.uploads.discard(upload);
    if (upload !== null || (listing !== null && !listing.has(key))) await removeFetched(deps.store, source, key);
  }
}
