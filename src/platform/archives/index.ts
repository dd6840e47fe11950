import { createReadStream, createWriteStream } from 'node:fs';
import { chmod, lstat, mkdir, readdir, readlink, symlink } from 'node:fs/promises';
import { dirname, join, posix, resolve, sep } from 'node:path';
import { type Duplex, PassThrough, Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { extract, type Header, pack } from 'tar-stream';
import { AppError, systemCode } from '../errors/index.ts';

export interface UnpackLimits {
  /** Bytes of all files together, as they lie on the disk. */
  readonly maxBytes: number;
  readonly maxFiles: number;
}

const DEFAULT_LIMITS: UnpackLimits = { maxBytes: 64 * 1024 ** 3, maxFiles: 1_000_000 };
const EXECUTABLE = 0o111;
const GZIP_MAGIC = Buffer.from([0x1f, 0x8b]);

/**
 * Writes the files of a tar archive (gzip or not) into a folder, one after the other. Nothing is written outside of the folder: an entry
 * that would leave it, by its name or by a link, is refused, and so is everything that is no file, folder or symbolic link.
 * Errors: `archive_invalid`, `payload_too_large`.
 */
export async function unpack(content: Readable, folder: string, limits: UnpackLimits = DEFAULT_LIMITS): Promise<void> {
  const archive = extract();
  const left = { bytes: limits.maxBytes, files: limits.maxFiles };
  const feeding = feed(content, archive).catch((error: unknown) => void archive.destroy(asError(error)));
  try {
    for await (const entry of archive) {
      await writeEntry(folder, entry.header, Readable.from(entry), left);
      entry.resume();
    }
  } catch (error) {
    // A full disk is not the archive's fault.
    if (error instanceof AppError || systemCode(error)?.startsWith('E') === true) throw error;
    throw new AppError('archive_invalid', 'The archive cannot be read to its end.', {}, { cause: error });
  } finally {
    content.destroy();
    await feeding;
  }
}

/** Not by `pipe`: the two kinds of streams do not tell each other of every end. */
async function feed(content: Readable, archive: ReturnType<typeof extract>): Promise<void> {
  for await (const chunk of await plain(content)) {
    if (archive.destroyed) return;
    if (archive.write(chunk)) continue;
    await new Promise<void>((done) => {
      archive.once('drain', done);
      archive.once('close', done);
    });
  }
  archive.end(undefined);
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}

/** What is inside the gzip, where it is one. */
async function plain(content: Readable): Promise<Readable> {
  const through = joined(content, new PassThrough());
  const first = await firstChunk(through);
  if (first === null) return Readable.from([]);
  through.unshift(first);
  return first.subarray(0, 2).equals(GZIP_MAGIC) ? joined(through, createGunzip()) : through;
}

/** `pipe` that tells of failures as well. */
function joined<Through extends Duplex>(from: Readable, through: Through): Through {
  pipeline(from, through).catch(() => undefined);
  return through;
}

async function firstChunk(stream: Readable): Promise<Buffer | null> {
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

async function writeEntry(
  folder: string,
  header: Header,
  content: Readable,
  left: { bytes: number; files: number },
): Promise<void> {
  const path = innerPath(header.name);
  if (path === '') return;
  const target = join(folder, path);
  await refuseThroughLink(folder, path);
  left.files -= 1;
  left.bytes -= header.size ?? 0;
  if (left.files < 0 || left.bytes < 0)
    throw new AppError('payload_too_large', 'The archive holds more than is taken here.');
  if (header.type === 'directory') return void (await mkdir(target, { recursive: true }));
  await mkdir(dirname(target), { recursive: true });
  if (header.type === 'symlink') return symlink(innerLink(folder, path, header.linkname ?? ''), target);
  if (header.type !== 'file' && header.type !== 'contiguous-file') {
    throw new AppError('archive_invalid', `"${path}" is neither a file nor a folder.`, { path });
  }
  await pipeline(content, createWriteStream(target, { flags: 'wx' }));
  if (((header.mode ?? 0) & EXECUTABLE) !== 0) await chmod(target, 0o755);
}

/** The name as a path inside; errors: `archive_invalid`. */
function innerPath(name: string): string {
  const path = posix
    .normalize(name.replaceAll('\\', '/'))
    .replace(/^\.(\/|$)/, '')
    .replace(/\/$/, '');
  if (!path.startsWith('/') && !path.split('/').includes('..') && !path.includes('\0')) return path;
  throw new AppError('archive_invalid', `"${name}" leads out of the archive.`, { path: name });
}

function innerLink(folder: string, path: string, link: string): string {
  const root = resolve(folder);
  const end = resolve(dirname(join(root, path)), link);
  if (!link.startsWith('/') && (end === root || end.startsWith(root + sep))) return link;
  throw new AppError('archive_invalid', `"${path}" is a link that leads out of the archive.`, { path });
}

/** A link that was unpacked before must not carry what comes after it elsewhere. */
async function refuseThroughLink(folder: string, path: string): Promise<void> {
  const parts = path.split('/');
  for (let depth = 1; depth <= parts.length; depth += 1) {
    const place = join(folder, ...parts.slice(0, depth));
    const found = await lstat(place).catch(() => null);
    if (found === null) return;
    const isLast = depth === parts.length;
    if (found.isSymbolicLink() || (isLast && !found.isDirectory())) {
      throw new AppError('archive_invalid', `"${path}" is in the archive twice, or behind a link.`, { path });
    }
  }
}

/** Files and folders of a folder as a tar stream, read as it is read from. Paths that are not there are left out. */
export function packed(folder: string, paths: readonly string[]): Readable {
  const archive = pack();
  const add = async () => {
    for (const path of paths) await addPath(archive, folder, path);
    archive.finalize();
  };
  add().catch((error: unknown) => archive.destroy(asError(error)));
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
