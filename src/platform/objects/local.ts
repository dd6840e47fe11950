import { createHash, randomUUID } from 'node:crypto';
import type { Dirent } from 'node:fs';
import { type FileHandle, lstat, mkdir, open, readdir, realpath, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import { Readable } from 'node:stream';
import { createDigester, type Digester } from '../digests/index.ts';
import { AppError, readSystemCode } from '../errors/index.ts';
import { deferError } from './defer-error.ts';
import { cleanKey, createInvalidKey } from './key.ts';
import type { BeforeVisible, ByteRange, ListedObject, ObjectFacts, Objects } from './objects.ts';

/** Uploads in progress live here, out of every key's sight, and move into place when they are whole and on the disk. */
const INCOMING = '.incoming';
/** Each write costs a switch to another thread, whatever its size; the chunks of a stream are small, so they are batched. */
const WRITE_BYTES = 1024 * 1024;
const READ_BYTES = 256 * 1024;

/** In a folder that several processes write to, a put that takes longer than a day counts as abandoned. */
const ABANDONED_MS = 24 * 3_600_000;

/** `shared`: other processes may be putting objects now, so their unfinished files are kept. */
export async function createLocalObjects(root: string, shared: boolean): Promise<Objects> {
  await mkdir(join(root, INCOMING), { recursive: true, mode: 0o700 });
  const realRoot = await realpath(root);
  // Incomplete puts of a crashed process were never acknowledged.
  await clearIncoming(join(realRoot, INCOMING), shared ? Date.now() - ABANDONED_MS : Number.POSITIVE_INFINITY);
  const files = new ConfinedFiles(realRoot);
  const digester = createDigester();
  return {
    put: async (key, content, beforeVisible) => {
      deferError(content);
      return put(files, cleanKey(key), content, beforeVisible);
    },
    open: async (key, range) => openObject(files, cleanKey(key), range),
    size: async (key) => (await files.statOrNull(cleanKey(key), 'file'))?.size ?? null,
    digest: async (key) => digestFile(files, digester, cleanKey(key)),
    list: async (folderKey) => list(files, cleanKey(folderKey)),
    remove: async (key) => remove(files, requireNotRoot(cleanKey(key), key)),
    rename: async (from, to) => move(files, cleanKey(from), cleanKey(to)),
    localPath: async (key) => files.path(cleanKey(key)),
    direct: null,
    [Symbol.asyncDispose]: () => digester[Symbol.asyncDispose](),
  };
}

async function clearIncoming(folder: string, before: number): Promise<void> {
  for (const name of await readdir(folder)) {
    const facts = await stat(join(folder, name)).catch(toNullIfAbsent);
    if (facts !== null && facts.mtimeMs < before) await rm(join(folder, name), { recursive: true, force: true });
  }
}

async function digestFile(files: ConfinedFiles, digester: Digester, key: string): ReturnType<Objects['digest']> {
  if ((await files.statOrNull(key, 'file')) === null) return null;
  try {
    return await digester.digest(await files.path(key));
  } catch (error) {
    if (isAbsent(error)) return null;
    throw error;
  }
}

/** Keys to paths, with the promise that no path leaves the root, symbolic links included. */
class ConfinedFiles {
  readonly root: string;

  constructor(root: string) {
    this.root = root;
  }

  async path(key: string): Promise<string> {
    if (key.split('/')[0] === INCOMING) throw createInvalidKey(key);
    const path = join(this.root, key);
    const existing = await this.#deepestExisting(path);
    const real = await realpath(existing);
    if (real !== this.root && !real.startsWith(this.root + sep)) throw createInvalidKey(key);
    return path;
  }

  incoming(): string {
    return join(this.root, INCOMING, randomUUID());
  }

  async statOrNull(key: string, kind: 'file' | 'folder'): Promise<{ size: number } | null> {
    try {
      const facts = await stat(await this.path(key));
      return (kind === 'file' ? facts.isFile() : facts.isDirectory()) ? facts : null;
    } catch (error) {
      if (isAbsent(error)) return null;
      throw error;
    }
  }

  async #deepestExisting(path: string): Promise<string> {
    for (let current = path; current.length > this.root.length; current = dirname(current)) {
      try {
        await lstat(current);
        return current;
      } catch (error) {
        if (!isAbsent(error)) throw error;
      }
    }
    return this.root;
  }
}

async function put(
  files: ConfinedFiles,
  key: string,
  content: Readable | Buffer | string,
  beforeVisible?: BeforeVisible,
): Promise<ObjectFacts> {
  const target = await files.path(requireNotRoot(key, key));
  const incoming = files.incoming();
  try {
    const facts = await writeDurably(incoming, content);
    await mkdir(dirname(target), { recursive: true, mode: 0o700 });
    await files.path(key); // again: a link may have appeared while the bytes came in
    await beforeVisible?.({ key, ...facts });
    await rename(incoming, target);
    await syncFolder(dirname(target));
    return { key, ...facts };
  } catch (error) {
    await rm(incoming, { force: true });
    throw toAppError(error, key);
  }
}

async function writeDurably(path: string, content: Readable | Buffer | string): Promise<Omit<ObjectFacts, 'key'>> {
  const hash = createHash('sha256');
  let sizeBytes = 0;
  await using file = await open(path, 'wx', 0o600);
  const chunks = content instanceof Readable ? content : [Buffer.from(content)];
  let unwritten: Buffer[] = [];
  let unwrittenBytes = 0;
  for await (const chunk of chunks as AsyncIterable<Buffer>) {
    hash.update(chunk);
    sizeBytes += chunk.length;
    unwrittenBytes += chunk.length;
    unwritten.push(chunk);
    if (unwrittenBytes < WRITE_BYTES) continue;
    await writeAll(file, unwritten);
    [unwritten, unwrittenBytes] = [[], 0];
  }
  await writeAll(file, unwritten);
  await file.sync();
  return { sizeBytes, sha256: hash.digest('hex') };
}

/** A nearly full disk writes only a part and reports this only by the number of bytes written. */
async function writeAll(file: FileHandle, chunks: readonly Buffer[]): Promise<void> {
  if (chunks.length === 0) return;
  let { bytesWritten } = await file.writev(chunks);
  const sizeBytes = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
  if (bytesWritten === sizeBytes) return;
  const content = Buffer.concat(chunks);
  while (bytesWritten < sizeBytes) {
    bytesWritten += (await file.write(content, bytesWritten, sizeBytes - bytesWritten)).bytesWritten;
  }
}

/** Makes a rename durable. */
async function syncFolder(path: string): Promise<void> {
  await using folder = await open(path, 'r');
  await folder.sync();
}

async function openObject(files: ConfinedFiles, key: string, range?: ByteRange): ReturnType<Objects['open']> {
  const isThere = (await files.statOrNull(key, 'file')) !== null;
  // Opened here, not by the stream: its open error would have no listener if the object is removed now.
  const file = isThere ? await open(await files.path(key), 'r').catch(toNullIfAbsent) : null;
  if (file === null) throw new AppError('object_not_found', `There is no object "${key}".`, { key });
  const { size } = await file.stat();
  const window = range === undefined ? {} : { start: range.start, end: range.end - 1 };
  return { content: file.createReadStream({ ...window, highWaterMark: READ_BYTES }), sizeBytes: size };
}

async function list(files: ConfinedFiles, folderKey: string): Promise<ListedObject[]> {
  if ((await files.statOrNull(folderKey, 'folder')) === null) return [];
  const folder = await files.path(folderKey);
  const entries = await readdir(folder, { withFileTypes: true }).catch(toNoneIfAbsent);
  const listed = entries
    .filter((entry) => entry.name !== INCOMING && (entry.isFile() || entry.isDirectory()))
    .map(async (entry): Promise<ListedObject | null> => {
      if (entry.isDirectory()) return { name: entry.name, isFolder: true, sizeBytes: null, modifiedAt: null };
      const facts = await stat(join(folder, entry.name)).catch(toNullIfAbsent);
      return facts === null
        ? null
        : { name: entry.name, isFolder: false, sizeBytes: facts.size, modifiedAt: facts.mtimeMs };
    });
  // The file may have been removed since the folder was read.
  const there = (await Promise.all(listed)).filter((object) => object !== null);
  return there.sort((a, b) => (a.name < b.name ? -1 : 1));
}

function toNullIfAbsent(error: unknown): null {
  if (isAbsent(error)) return null;
  throw error;
}

function toNoneIfAbsent(error: unknown): Dirent[] {
  if (isAbsent(error)) return [];
  throw error;
}

async function remove(files: ConfinedFiles, key: string): Promise<void> {
  try {
    await rm(await files.path(key), { recursive: true, force: true });
  } catch (error) {
    if (!isAbsent(error)) throw error; // below a file there is nothing
  }
}

async function move(files: ConfinedFiles, from: string, to: string): Promise<void> {
  const [source, target] = [await files.path(requireNotRoot(from, from)), await files.path(requireNotRoot(to, to))];
  try {
    await mkdir(dirname(target), { recursive: true, mode: 0o700 });
    await rename(source, target);
    await syncFolder(dirname(target));
  } catch (error) {
    if (isAbsent(error)) throw new AppError('object_not_found', `There is no object "${from}".`, { key: from });
    throw toAppError(error, to);
  }
}

function requireNotRoot(key: string, raw: string): string {
  if (key === '') throw createInvalidKey(raw);
  return key;
}

function isAbsent(error: unknown): boolean {
  return ['ENOENT', 'ENOTDIR'].includes(readSystemCode(error) ?? '');
}

/** A key below a file, or a file in place of a folder, is a mistake of the caller; other errors are passed on. */
function toAppError(error: unknown, key: string): unknown {
  if (['ENOTDIR', 'EISDIR', 'EEXIST', 'ENOTEMPTY', 'ENAMETOOLONG'].includes(readSystemCode(error) ?? ''))
    return createInvalidKey(key);
  return error;
}
