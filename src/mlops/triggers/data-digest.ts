import { createHash } from 'node:crypto';
import { realpath, stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { type Bucket, type BucketObject, openBucket } from '../../platform/buckets/index.ts';
import { AppError, systemCode } from '../../platform/errors/index.ts';
import { objectsPlace } from '../../platform/objects/schema.ts';
import type { Store } from '../../platform/store/index.ts';
import type { Data } from '../pipeline-definition/schema.ts';
import type { TriggerDeps } from './context.ts';

/** Current state of the data. */
export interface Seen {
  /** Changes when the data does. */
  readonly digest: string;
  /** Size, time and inode of a file, by which it need not be read again; null for other data. */
  readonly mark: string | null;
}

/**
 * Present state of watched data. A file: its content. A folder, object or prefix: the names, sizes and etags below it.
 * A table of the lake: the number of its newest snapshot. Errors: those of buckets.
 */
export async function seenNow(
  deps: Pick<TriggerDeps, 'lake'> & { readonly store: Store },
  data: Data,
  before: { readonly digest: string | null; readonly mark: string | null },
): Promise<Seen> {
  const { object, table } = data;
  if (object === undefined) return seenTable(deps, table ?? '');
  return object.startsWith('/') ? seenPath(object, before) : seenInBucket(object);
}

async function seenTable({ lake, store }: Parameters<typeof seenNow>[0], name: string): Promise<Seen> {
  return { digest: `version ${await lake.sequence(store, { name, columns: {} })}`, mark: null };
}

async function seenInBucket(address: string): Promise<Seen> {
  const { prefix = '', ...location } = objectsPlace(address).location;
  await using bucket = await openBucket(location);
  const wanted = prefix.replace(/\/+$/, '');
  return {
    digest: await listingDigest(
      bucket,
      wanted,
      (key) => wanted === '' || key === wanted || key.startsWith(`${wanted}/`),
    ),
    mark: null,
  };
}

async function seenPath(path: string, before: Parameters<typeof seenNow>[2]): Promise<Seen> {
  const real = await realpath(path).catch((error: unknown) => {
    throw notThere(path, error);
  });
  if ((await stat(real)).isDirectory()) {
    await using folder = await openBucket({ type: 'folder', path: real });
    return { digest: await listingDigest(folder, '', () => true), mark: null };
  }
  await using folder = await openBucket({ type: 'folder', path: dirname(real) });
  const file = await objectIn(folder, basename(real));
  if (file === null) throw notThere(path, null);
  if (before.digest !== null && before.mark === file.etag) return { digest: before.digest, mark: before.mark };
  return { digest: await contentDigest(folder, file), mark: file.etag };
}

async function listingDigest(bucket: Bucket, prefix: string, counts: (key: string) => boolean): Promise<string> {
  const hash = createHash('sha256');
  for await (const { key, sizeBytes, etag } of bucket.list(prefix)) {
    if (counts(key)) hash.update(`${JSON.stringify([key, sizeBytes, etag])}\n`);
  }
  return hash.digest('hex');
}

async function objectIn(bucket: Bucket, wanted: string): Promise<BucketObject | null> {
  for await (const object of bucket.list(wanted)) if (object.key === wanted) return object;
  return null;
}

async function contentDigest(bucket: Bucket, { key, etag }: BucketObject): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of await bucket.read(key, etag)) hash.update(chunk);
  return hash.digest('hex');
}

function notThere(path: string, error: unknown): AppError {
  const why = systemCode(error) ?? 'ENOENT';
  const detail = why === 'ENOENT' ? `There is no ${path} on the server.` : `${path} cannot be read (${why}).`;
  return new AppError('bucket_object_not_found', detail, { path }, { cause: error });
}
