import { createHash } from 'node:crypto';
import { realpath, stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { type Bucket, type BucketObject, openBucket } from '../../platform/buckets/index.ts';
import { AppError, readSystemCode } from '../../platform/errors/index.ts';
import { parseObjectsPlace } from '../../platform/objects/schema.ts';
import type { Store } from '../../platform/store/index.ts';
import type { Data } from '../pipeline-definition/schema.ts';
import type { TriggerDeps } from './context.ts';

/** Current state of the data. */
export interface ObservedData {
  /** Changes when the data does. */
  readonly digest: string;
  /** Size, time and inode of a file, by which it need not be read again; null for other data. */
  readonly mark: string | null;
}

/**
 * Present state of watched data. A file: its content. A folder, object or prefix: the names, sizes and etags below it.
 * A table of the lake: the number of its newest snapshot. Errors: those of buckets.
 */
export async function readDigest(
  deps: Pick<TriggerDeps, 'lake'> & { readonly store: Store },
  data: Data,
  before: { readonly digest: string | null; readonly mark: string | null },
): Promise<ObservedData> {
  const { object, table } = data;
  if (object === undefined) return readTableDigest(deps, table ?? '');
  return object.startsWith('/') ? readPathDigest(object, before) : readBucketDigest(object);
}

async function readTableDigest({ lake, store }: Parameters<typeof readDigest>[0], name: string): Promise<ObservedData> {
  return { digest: `version ${await lake.sequence(store, { name, columns: {} })}`, mark: null };
}

async function readBucketDigest(address: string): Promise<ObservedData> {
  const { prefix = '', ...location } = parseObjectsPlace(address).location;
  await using bucket = await openBucket(location);
  const wanted = prefix.replace(/\/+$/, '');
  return {
    digest: await hashListing(bucket, wanted, (key) => wanted === '' || key === wanted || key.startsWith(`${wanted}/`)),
    mark: null,
  };
}

async function readPathDigest(path: string, before: Parameters<typeof readDigest>[2]): Promise<ObservedData> {
  const real = await realpath(path).catch((error: unknown) => {
    throw buildMissingDataError(path, error);
  });
  if ((await stat(real)).isDirectory()) {
    await using folder = await openBucket({ type: 'folder', path: real });
    return { digest: await hashListing(folder, '', () => true), mark: null };
  }
  await using folder = await openBucket({ type: 'folder', path: dirname(real) });
  const file = await findObject(folder, basename(real));
  if (file === null) throw buildMissingDataError(path, null);
  if (before.digest !== null && before.mark === file.etag) return { digest: before.digest, mark: before.mark };
  return { digest: await hashContent(folder, file), mark: file.etag };
}

async function hashListing(bucket: Bucket, prefix: string, counts: (key: string) => boolean): Promise<string> {
  const hash = createHash('sha256');
  for await (const { key, sizeBytes, etag } of bucket.list(prefix)) {
    if (counts(key)) hash.update(`${JSON.stringify([key, sizeBytes, etag])}\n`);
  }
  return hash.digest('hex');
}

async function findObject(bucket: Bucket, wanted: string): Promise<BucketObject | null> {
  for await (const object of bucket.list(wanted)) if (object.key === wanted) return object;
  return null;
}

async function hashContent(bucket: Bucket, { key, etag }: BucketObject): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of await bucket.read(key, etag)) hash.update(chunk);
  return hash.digest('hex');
}

function buildMissingDataError(path: string, error: unknown): AppError {
  const why = readSystemCode(error) ?? 'ENOENT';
  const detail = why === 'ENOENT' ? `There is no ${path} on the server.` : `${path} cannot be read (${why}).`;
  return new AppError('bucket_object_not_found', detail, { path }, { cause: error });
}
