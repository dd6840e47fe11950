import type { BigIntStats, Dirent } from 'node:fs';
import { constants, type FileHandle, open, readdir, realpath, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { Readable } from 'node:stream';
import { AppError, readSystemCode } from '../errors/index.ts';
import type { Bucket, BucketObject } from './bucket.ts';
import { createObjectChanged, createObjectNotFound } from './failures.ts';
import { compareKeys, shorten } from './keys.ts';

const CHUNK_BYTES = 256 * 1024;
const UNLISTED: ReadonlySet<string> = new Set(['object_path_invalid', 'bucket_object_not_found']);

/**
 * A folder on this machine. A link that stays inside is read as the file it points to. A link to a folder is readable only by the keys
 * of the files below it, because the listing shows that folder itself. Links that lead out are refused and not listed. The etag
 * is size, modification time and inode, so that a replaced file counts as a change.
 */
export async function openFolder(root: string): Promise<Bucket> {
  const real = await realpath(root).catch((error: unknown) => {
    throw toFolderFailure(error, root);
  });
  if (!(await stat(real)).isDirectory()) throw toFolderFailure(null, root);
  return {
    shown: root,
    list: (prefix) => list(real, prefix),
    read: (key, etag) => read(real, key, etag),
    [Symbol.asyncDispose]: async () => {},
  };
}

async function* list(root: string, prefix: string): AsyncIterable<BucketObject> {
  // Only the folder named by the prefix can contain matches: the rest of the tree is not walked.
  const start = prefix.slice(0, prefix.lastIndexOf('/') + 1);
  if (isOutside(start)) return;
  yield* listBelow(root, start, prefix);
}

/** Only one directory is in memory; its names, sorted with `/` after folder names, are in the order of the keys. */
async function* listBelow(root: string, folderKey: string, prefix: string): AsyncIterable<BucketObject> {
  const names = (await readEntries(join(root, folderKey))).map((entry) =>
    entry.isDirectory() ? `${entry.name}/` : entry.name,
  );
  for (const name of names.toSorted(compareKeys)) {
    const key = folderKey + name;
    if (name.endsWith('/')) {
      if (key.startsWith(prefix) || prefix.startsWith(key)) yield* listBelow(root, key, prefix);
    } else if (key.startsWith(prefix)) {
      const listed = await describe(root, key);
      if (listed !== null) yield listed;
    }
  }
}

async function readEntries(path: string): Promise<Dirent[]> {
  try {
    return await readdir(path, { withFileTypes: true });
  } catch (error) {
    if (isAbsent(error)) return []; // removed since its parent was read, or a prefix that names no folder
    throw toFolderFailure(error, path);
  }
}

/** null for anything but a regular file of this folder: a device, a link to a folder or out of the root, a file just deleted. */
async function describe(root: string, key: string): Promise<BucketObject | null> {
  const path = await resolveInside(root, key).catch((error: unknown) => {
    if (error instanceof AppError && UNLISTED.has(error.code)) return null;
    throw error;
  });
  if (path === null) return null;
  try {
    const facts = await stat(path, { bigint: true });
    if (!facts.isFile()) return null;
    return { key, sizeBytes: Number(facts.size), etag: buildEtag(facts), modifiedAt: Number(facts.mtimeMs) };
  } catch (error) {
    if (isAbsent(error)) return null;
    throw toFolderFailure(error, path);
  }
}

async function read(root: string, key: string, etag: string | undefined): Promise<Readable> {
  const path = await resolveInside(root, key);
  // The path is resolved: a link that replaces the file now is not followed, and opening a pipe does not block.
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK).catch(
    (error: unknown) => {
      throw isAbsent(error) ? createObjectNotFound(key, root) : toFolderFailure(error, path);
    },
  );
  try {
    const facts = await file.stat({ bigint: true });
    if (!facts.isFile()) throw createObjectNotFound(key, root);
    if (etag !== undefined && buildEtag(facts) !== etag) throw createObjectChanged(key);
    return streamFile(file, facts, key);
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** The bytes of the file as it was opened; fails at the end when the file is no longer the one that was opened. */
function streamFile(file: FileHandle, opened: BigIntStats, key: string): Readable {
  const sizeBytes = Number(opened.size);
  let position = 0;
  const next = async (): Promise<Buffer | null> => {
    const wanted = Math.min(CHUNK_BYTES, sizeBytes - position);
    const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(wanted), 0, wanted, position);
    position += bytesRead;
    const short = bytesRead === 0 && position < sizeBytes;
    const ended = position === sizeBytes;
    if (short || (ended && buildEtag(await file.stat({ bigint: true })) !== buildEtag(opened)))
      throw createObjectChanged(key);
    return bytesRead === 0 ? null : buffer.subarray(0, bytesRead);
  };
  return new Readable({
    highWaterMark: CHUNK_BYTES,
    read() {
      next().then(
        (chunk) => this.push(chunk),
        (error: Error) => this.destroy(error),
      );
    },
    destroy(error, done) {
      file.close().then(() => done(error), done);
    },
  });
}

async function resolveInside(root: string, key: string): Promise<string> {
  if (key === '' || isOutside(key)) throw createLeavesFolder(key);
  let real: string;
  try {
    real = await realpath(join(root, key));
  } catch (error) {
    if (isAbsent(error)) throw createObjectNotFound(key, root);
    throw readSystemCode(error) === 'ELOOP' ? createLeavesFolder(key) : toFolderFailure(error, root);
  }
  if (real !== root && !real.startsWith(root === sep ? sep : root + sep)) throw createLeavesFolder(key);
  return real;
}

/** Whether a key could name a file outside its own path: it has `..` or `.`, starts at the root, or has empty segments. */
function isOutside(key: string): boolean {
  const segments = (key.endsWith('/') ? key.slice(0, -1) : key).split('/');
  const odd = segments.some((segment) => segment === '..' || segment === '.' || segment === '');
  return key !== '' && (odd || key.includes('\0') || (sep !== '/' && key.includes(sep)));
}

function buildEtag({ size, mtimeNs, ino }: BigIntStats): string {
  return `${size}-${mtimeNs}-${ino}`;
}

function createLeavesFolder(key: string): AppError {
  return new AppError('object_path_invalid', `"${shorten(key)}" leads out of its folder and is not read.`, { key });
}

function isAbsent(error: unknown): boolean {
  return ['ENOENT', 'ENOTDIR', 'ENAMETOOLONG'].includes(readSystemCode(error) ?? '');
}

function toFolderFailure(error: unknown, path: string): AppError {
  if (error === null || isAbsent(error)) {
    return new AppError('bucket_not_found', `There is no folder ${path} on the server; create it or name another.`, {
      path,
    });
  }
  const why = readSystemCode(error) ?? 'unknown';
  if (why === 'EACCES' || why === 'EPERM') {
    const detail = `The server's user cannot read ${path}; grant it permission to read and list.`;
    return new AppError('bucket_access_denied', detail, { path }, { cause: error });
  }
  return new AppError(
    'bucket_unreachable',
    `${path} cannot be read (${why}); check its disk.`,
    { path },
    { cause: error },
  );
}
