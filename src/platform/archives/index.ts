import { createReadStream, createWriteStream } from 'node:fs';
import { chmod, copyFile, lstat, mkdir, readdir, readlink, rm, symlink } from 'node:fs/promises';
import { dirname, join, posix, resolve, sep } from 'node:path';
import { type Duplex, PassThrough, Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { extract, type Header, pack } from 'tar-stream';
import { AppError, readSystemCode } from '../errors/index.ts';
import { isGzip } from './gzip.ts';

export interface UnpackOptions {
  /** Limit for the uncompressed bytes of all files together. Default: 64 GiB. */
  readonly maxBytes?: number;
  /** Files and folders. Default: a million. */
  readonly maxFiles?: number;
  /**
   * Handling of unwanted entries: an entry whose name or link leaves the folder, a duplicate, or an entry that is not a file, folder or
   * symbolic link. `refused` (default) fails with `archive_invalid`. `left out` skips the entry and continues: links are never created, a
   * hard link becomes a copy of the earlier file, and of duplicate entries the last one is kept.
   */
  readonly strange?: 'refused' | 'left out';
}

export interface Unpacked {
  /** Names of skipped entries. Only the first ten: a hostile archive can have any number of them. */
  readonly leftOut: readonly string[];
}

const DEFAULT_LIMITS = { maxBytes: 64 * 1024 ** 3, maxFiles: 1_000_000 };
const NAMES_TOLD = 10;
/** File system errors for names that cannot exist on this machine. */
const FAULTS_OF_NAMES: ReadonlySet<string> = new Set(['ENAMETOOLONG', 'ENOTDIR', 'EEXIST', 'EISDIR']);

interface Unpacking {
  readonly folder: string;
  readonly strange: NonNullable<UnpackOptions['strange']>;
  readonly left: { bytes: number; files: number };
}

/**
 * Writes the files of a tar archive (gzip or not) into a folder, one at a time. The archive may be hostile: no file is written outside
 * the folder or through a link. Memory does not grow with the archive.
 * Errors: `archive_invalid`, `payload_too_large`.
 */
export async function unpack(content: Readable, folder: string, options: UnpackOptions = {}): Promise<Unpacked> {
  const { maxBytes, maxFiles, strange = 'refused' } = { ...DEFAULT_LIMITS, ...options };
  await mkdir(folder, { recursive: true });
  // No await from here to the loop: an entry that is emitted before the loop listens is lost.
  const archive = extract();
  const unpacking: Unpacking = { folder, strange, left: { bytes: maxBytes, files: maxFiles } };
  const leftOut: string[] = [];
  const feeding = feedArchive(content, archive).catch((error: unknown) => void archive.destroy(toError(error)));
  try {
    for await (const entry of archive) {
      const isIn = await writeEntry(unpacking, entry.header, Readable.from(entry));
      if (!isIn && leftOut.length < NAMES_TOLD) leftOut.push(entry.header.name);
      entry.resume();
    }
  } catch (error) {
    if (error instanceof AppError) throw error;
    const system = readSystemCode(error);
    if (system !== null && FAULTS_OF_NAMES.has(system)) throw reportUnusableName(system, error);
    // A full disk is not the archive's fault.
    if (system?.startsWith('E') === true) throw error;
    throw new AppError('archive_invalid', 'The archive cannot be read to its end.', {}, { cause: error });
  } finally {
    content.destroy();
    await feeding;
  }
  return { leftOut };
}

function reportUnusableName(system: string, cause: unknown): AppError {
  const why =
    system === 'ENAMETOOLONG' ? 'a name longer than this machine allows' : 'a file and a folder of the same path';
  return new AppError('archive_invalid', `The archive has ${why}.`, {}, { cause });
}

/** Without `pipe`: the two kinds of streams do not propagate every end to each other. */
async function feedArchive(content: Readable, archive: ReturnType<typeof extract>): Promise<void> {
  for await (const chunk of await decompress(content)) {
    if (archive.destroyed) return;
    if (archive.write(chunk)) continue;
    await new Promise<void>((done) => {
      archive.once('drain', done);
      archive.once('close', done);
    });
  }
  archive.end(undefined);
}

function toError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}

/** Returns the decompressed stream of a gzip, or the stream unchanged. */
async function decompress(content: Readable): Promise<Readable> {
  const through = pipeThrough(content, new PassThrough());
  const first = await peekFirstChunk(through);
  if (first === null) return Readable.from([]);
  through.unshift(first);
  return isGzip(first) ? pipeThrough(through, createGunzip()) : through;
}

/** `pipe` that also propagates errors. */
function pipeThrough<Through extends Duplex>(from: Readable, through: Through): Through {
  pipeline(from, through).catch(() => undefined);
  return through;
}

async function peekFirstChunk(stream: Readable): Promise<Buffer | null> {
  for (;;) {
    const chunk: unknown = stream.read();
    if (Buffer.isBuffer(chunk)) return chunk;
    if (stream.readableEnded) return null;
    await new Promise<void>((done, failed) => {
      stream.once('readable', done);
      stream.once('end', done);
      stream.once('error', failed);
    });
  }
}

/** Returns false for an entry that is left out. */
async function writeEntry(unpacking: Unpacking, header: Header, content: Readable): Promise<boolean> {
  const { folder, strange, left } = unpacking;
  const path = normalizeInnerPath(header.name);
  if (path === null) {
    return (
      isRoot(header.name) || refuseStrangeEntry(strange, `"${header.name}" leads out of the archive.`, header.name)
    );
  }
  left.files -= 1;
  left.bytes -= header.size ?? 0;
  if (left.files < 0 || left.bytes < 0) throw new AppError('payload_too_large', 'The archive exceeds the size limit.');
  return strange === 'refused' ? writeOnce(folder, path, header, content) : writeOver(folder, path, header, content);
}

/** False where strange entries are left out. Error: `archive_invalid` where they are refused. */
function refuseStrangeEntry(strange: Unpacking['strange'], detail: string, path: string): false {
  if (strange === 'left out') return false;
  throw new AppError('archive_invalid', detail, { path });
}

async function writeOnce(folder: string, path: string, header: Header, content: Readable): Promise<boolean> {
  await refuseThroughLink(folder, path);
  if (header.type === 'symlink') {
    const link = resolveInnerLink(folder, path, header.linkname ?? '');
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await symlink(link, join(folder, path));
    return true;
  }
  const detail = `"${path}" is neither a file nor a folder.`;
  return (await writePlain(folder, path, header, content)) || refuseStrangeEntry('refused', detail, path);
}

async function writeOver(folder: string, path: string, header: Header, content: Readable): Promise<boolean> {
  const target = join(folder, path);
  if (header.type === 'link') return copyInside(folder, header.linkname ?? '', target);
  if (isFile(header)) await rm(target, { recursive: true, force: true });
  return writePlain(folder, path, header, content);
}

/** A file or a folder; false for everything else. */
async function writePlain(folder: string, path: string, header: Header, content: Readable): Promise<boolean> {
  const target = join(folder, path);
  if (header.type === 'directory') {
    await mkdir(target, { recursive: true });
    return true;
  }
  if (!isFile(header)) return false;
  await mkdir(dirname(target), { recursive: true });
  await pipeline(content, createWriteStream(target, { flags: 'wx', mode: 0o600 }));
  await chmod(target, ((header.mode ?? 0o644) & 0o755) | 0o600);
  return true;
}

function isFile({ type }: Header): boolean {
  return type === 'file' || type === 'contiguous-file';
}

/** Replaces a hard link by a copy of its target. False if the target is not in the folder. */
async function copyInside(folder: string, linked: string, target: string): Promise<boolean> {
  const inside = normalizeInnerPath(linked);
  const source = inside === null ? null : join(folder, inside);
  const facts = source === null ? null : await lstat(source).catch(() => null);
  if (source === null || source === target || facts?.isFile() !== true) return false;
  await mkdir(dirname(target), { recursive: true });
  await copyFile(source, target);
  return true;
}

/** Normalized path below a folder, without `.`; null when it leads out of the folder or is the folder itself. */
export function normalizeInnerPath(path: string): string | null {
  // Refuses backslashes: another operating system reads them as path separators.
  if (path.includes('\0') || path.includes('\\') || posix.isAbsolute(path)) return null;
  const normal = posix.normalize(path).replace(/\/$/, '');
  return normal === '.' || normal === '..' || normal === '' || normal.startsWith('../') ? null : normal;
}

/** The folder itself, which `tar .` names first. */
function isRoot(name: string): boolean {
  return /^(\.\/*)?$/.test(name);
}

function resolveInnerLink(folder: string, path: string, link: string): string {
  const root = resolve(folder);
  const end = resolve(dirname(join(root, path)), link);
  if (!link.startsWith('/') && (end === root || end.startsWith(root + sep))) return link;
  throw new AppError('archive_invalid', `"${path}" is a link that leads out of the archive.`, { path });
}

/** Refuses a path through a link that an earlier entry created: a later entry must not be written through it. */
async function refuseThroughLink(folder: string, path: string): Promise<void> {
  const parts = path.split('/');
  for (let depth = 1; depth <= parts.length; depth += 1) {
    const place = join(folder, ...parts.slice(0, depth));
    const found = await lstat(place).catch(() => null);
    if (found === null) return;
    const isLast = depth === parts.length;
    if (found.isSymbolicLink() || (isLast && !found.isDirectory())) {
      throw new AppError('archive_invalid', `"${path}" is in the archive twice, or below a link.`, { path });
    }
  }
}

/** Files and folders of a folder as a tar stream, read as it is read from. Paths that are not there are left out. */
export function packFiles(folder: string, paths: readonly string[]): Readable {
  const archive = pack();
  const add = async () => {
    for (const path of paths) await addPath(archive, folder, path);
    archive.finalize();
  };
  add().catch((error: unknown) => archive.destroy(toError(error)));
  return Readable.from(archive);
}

async function addPath(archive: ReturnType<typeof pack>, folder: string, path: string): Promise<void> {
  const place = join(folder, path);
  const facts = await lstat(place).catch(() => null);
  if (facts === null) return;
  if (facts.isDirectory()) {
    if (path !== '.') archive.entry({ name: path, type: 'directory' });
    for (const name of (await readdir(place)).toSorted()) await addPath(archive, folder, posix.join(path, name));
  } else if (facts.isSymbolicLink()) {
    archive.entry({ name: path, type: 'symlink', linkname: await readlink(place) });
  } else if (facts.isFile()) {
    const entry = archive.entry({ name: path, size: facts.size, mode: facts.mode & 0o777 });
    await pipeline(createReadStream(place, facts.size === 0 ? {} : { end: facts.size - 1 }), entry);
  }
}
