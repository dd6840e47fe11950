import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { createAtMost } from '../concurrency/index.ts';
import { AppError } from '../errors/index.ts';
import { deferError } from './defer-error.ts';
import { cleanKey, createInvalidKey } from './key.ts';
import type {
  BeforeVisible,
  ByteRange,
  DirectAccess,
  DirectUpload,
  ListedObject,
  ObjectFacts,
  Objects,
} from './objects.ts';
import { PIECE_BYTES, Pieces } from './pieces.ts';

/** An object, or a folder, whose size and time are null; its key ends in `/`. */
export type LevelEntry = { readonly key: string } & Pick<ListedObject, 'sizeBytes' | 'modifiedAt'>;

/** Operations of a blob store, by full keys. It throws the errors of buckets. */
export interface RemoteStore extends AsyncDisposable {
  /** `` or `a/b/`: objects outside it are not accessed. */
  readonly folder: string;
  /** Whether the store keeps keys like this one as they are. */
  accepts(key: string): boolean;
  /** Stores an object in one request. */
  putWhole(key: string, content: Buffer): Promise<void>;
  /** Begins an object of many pieces; it becomes visible only when it is finished. */
  begin(key: string): Promise<PiecewisePut>;
  read(key: string, range?: ByteRange): Promise<{ content: Readable; sizeBytes: number }>;
  size(key: string): Promise<number | null>;
  /** Objects and folders directly under a prefix, with full keys; those of folders end in `/`. */
  level(prefix: string): AsyncIterable<LevelEntry>;
  /** Every key under a prefix. */
  keys(prefix: string): AsyncIterable<string>;
  remove(key: string): Promise<void>;
  /** Of full keys. */
  readonly direct: DirectAccess | null;
}

/** An upload in pieces. The implementation may retry each step. */
export interface PiecewisePut {
  put(pieceNumber: number, piece: Buffer): Promise<void>;
  finish(pieces: number): Promise<void>;
  abandon(): Promise<void>;
}

/** Of one put: with the one that is filled and put together, 32 MiB. */
const PIECES_IN_FLIGHT = 2;
const REMOVED_AT_ONCE = 16;

/** Objects in a store of blobs, under the same keys as in a folder. */
export function createRemoteObjects(store: RemoteStore): Objects {
  const full = (key: string) => {
    if (key === '' || !store.accepts(store.folder + key)) throw createInvalidKey(key);
    return store.folder + key;
  };
  return {
    put: (raw, content, beforeVisible) => {
      deferError(content);
      return runOnKey(raw, (key) => put(store, { key, fullKey: full(key) }, content, beforeVisible));
    },
    open: (raw, range) => runOnKey(raw, (key) => open(store, key, range)),
    size: (raw) => runOnKey(raw, async (key) => (key === '' ? null : store.size(store.folder + key))),
    digest: (raw) => runOnKey(raw, (key) => digestObject(store, key)),
    list: (raw) => runOnKey(raw, (key) => list(store, key)),
    remove: (raw) => runOnKey(raw, (key) => remove(store, full(key))),
    rename: (raw, to) => runOnKey(raw, (key) => rename(store, key, { key: cleanKey(to), fullKey: full(cleanKey(to)) })),
    localPath: (raw) => runOnKey(raw, async () => null),
    direct: store.direct === null ? null : wrapDirectAccess(store.direct, full),
    [Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
  };
}

interface Keys {
  readonly key: string;
  readonly fullKey: string;
}

async function put(
  store: RemoteStore,
  { key, fullKey }: Keys,
  content: Readable | Buffer | string,
  beforeVisible?: BeforeVisible,
): Promise<ObjectFacts> {
  const pieces = new Pieces(content);
  await putPieces(store, fullKey, pieces, async () => beforeVisible?.({ key, ...pieces.facts() }));
  return { key, ...pieces.facts() };
}

async function digestObject(store: RemoteStore, key: string): ReturnType<Objects['digest']> {
  if (key === '' || (await store.size(store.folder + key)) === null) return null;
  const { content } = await store.read(store.folder + key);
  const hash = createHash('sha256');
  let sizeBytes = 0;
  for await (const chunk of content as AsyncIterable<Buffer>) {
    hash.update(chunk);
    sizeBytes += chunk.length;
  }
  return { sizeBytes, sha256: hash.digest('hex') };
}

async function putPieces(
  store: RemoteStore,
  key: string,
  pieces: Pieces,
  beforeVisible: () => Promise<void>,
): Promise<void> {
  const sending = createAtMost(PIECES_IN_FLIGHT);
  let begun: PiecewisePut | undefined;
  let count = 0;
  try {
    for await (const piece of pieces) {
      count += 1;
      // Only the last piece is short, so that this one is all there is.
      if (count === 1 && piece.length < PIECE_BYTES) {
        await beforeVisible();
        return await store.putWhole(key, piece);
      }
      begun ??= await store.begin(key);
      const [target, number] = [begun, count];
      await sending.start(() => target.put(number, piece));
    }
    await sending.finished();
    await beforeVisible();
    await begun?.finish(count);
  } catch (error) {
    await sending.settled();
    // A failed abort is cleaned up later; the caller must receive the first error.
    await begun?.abandon().catch(() => {});
    throw error;
  }
}

async function open(store: RemoteStore, key: string, range?: ByteRange): ReturnType<Objects['open']> {
  if (key === '') throw createNotFound(key);
  const fullKey = store.folder + key;
  if (range === undefined) return store.read(fullKey);
  const sizeBytes = await store.size(fullKey);
  if (sizeBytes === null) throw createNotFound(key);
  const end = Math.min(range.end, sizeBytes);
  // Stores refuse an empty range, and an empty file has no other.
  if (range.start >= end) return { content: Readable.from([]), sizeBytes };
  return store.read(fullKey, { start: range.start, end });
}

/** By way of a put, which is whole or absent everywhere; the old key goes when the new one stands. */
async function rename(store: RemoteStore, from: string, to: Keys): Promise<void> {
  const { content } = await open(store, from);
  await put(store, to, content);
  if (from !== to.key) await store.remove(store.folder + from);
}

async function list(store: RemoteStore, key: string): Promise<ListedObject[]> {
  const prefix = key === '' ? store.folder : `${store.folder}${key}/`;
  const listed: ListedObject[] = [];
  for await (const { key: full, sizeBytes, modifiedAt } of store.level(prefix)) {
    const name = full.slice(prefix.length).replace(/\/$/, '');
    if (name !== '') listed.push({ name, isFolder: full.endsWith('/'), sizeBytes, modifiedAt });
  }
  return listed.sort((a, b) => (a.name < b.name ? -1 : 1));
}

async function remove(store: RemoteStore, fullKey: string): Promise<void> {
  await store.remove(fullKey);
  const removing = createAtMost(REMOVED_AT_ONCE);
  for await (const below of store.keys(`${fullKey}/`)) await removing.start(() => store.remove(below));
  await removing.finished();
}

function wrapDirectAccess(direct: DirectAccess, full: (key: string) => string): DirectAccess {
  const there = (upload: DirectUpload) => ({ ...upload, key: full(upload.key) });
  return {
    download: (raw, presentation) => runOnKey(raw, (key) => direct.download(full(key), presentation)),
    beginUpload: (raw, mark) => runOnKey(raw, async (key) => ({ ...(await direct.beginUpload(full(key), mark)), key })),
    partAddresses: (upload, parts) => runOnKey(upload.key, () => direct.partAddresses(there(upload), parts)),
    completeUpload: (upload, parts, maxBytes) =>
      runOnKey(upload.key, () => direct.completeUpload(there(upload), parts, maxBytes)),
    abortUpload: (upload) => runOnKey(upload.key, () => direct.abortUpload(there(upload))),
  };
}

function createNotFound(key: string): AppError {
  return new AppError('object_not_found', `There is no object "${key}".`, { key });
}

/** A bucket's errors as those of objects: a bucket that is gone must not look like an object that never was. */
async function runOnKey<T>(raw: string, act: (key: string) => Promise<T>): Promise<T> {
  const key = cleanKey(raw);
  try {
    return await act(key);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    if (error.code === 'bucket_object_not_found') throw createNotFound(key);
    if (error.code === 'bucket_not_found')
      throw new AppError('bucket_unreachable', error.message, error.context, { cause: error });
    throw error;
  }
}
