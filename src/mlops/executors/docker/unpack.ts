import { createWriteStream } from 'node:fs';
import { chmod, copyFile, lstat, mkdir, rename, rm } from 'node:fs/promises';
import { dirname, join, posix } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { type Extract, extract } from 'tar-stream';

type Entry = Extract extends AsyncIterable<infer Source> ? Source : never;

/** What did not come out of an archive, because it is no file and no folder or lies elsewhere. */
export interface Unpacked {
  readonly leftOut: readonly string[];
}

/** Names that are told of what was left out; a hostile archive has as many as it likes. */
const NAMES_TOLD = 10;

/**
 * Writes the files and folders of an archive into a folder that is ours alone. Whoever made the archive may be hostile:
 * links, devices and names that lead out are left out, so that nothing is ever written through a link. A hard link to a
 * file that came before it is that file once more. Memory does not grow with the archive.
 */
export async function unpack(archive: NodeJS.ReadableStream, folder: string): Promise<Unpacked> {
  await mkdir(folder, { recursive: true });
  const leftOut: string[] = [];
  const entries = extract();
  const failures: unknown[] = [];
  const broken = new AbortController();
  const failed = (error: unknown) => {
    failures.push(error);
    broken.abort();
  };
  const read = async () => {
    for await (const entry of entries) {
      const done = await unpackEntry(entry, folder, broken.signal).catch(failed);
      if (done === false && leftOut.length < NAMES_TOLD) leftOut.push(entry.header.name);
      entry.resume();
    }
  };
  // Told by the failures below; a stream that is torn down may say it once more, when nobody else listens.
  archive.on('error', () => undefined);
  entries.on('error', () => undefined);
  // Both to their ends: when one breaks off, a file may still be on its way to the disk.
  await Promise.all([pipeline(archive, entries, { signal: broken.signal }).catch(failed), read().catch(failed)]);
  if (failures.length > 0) throw failures[0];
  return { leftOut };
}

async function unpackEntry(entry: Entry, folder: string, broken: AbortSignal): Promise<boolean> {
  const { name, type, mode = 0o644, linkname } = entry.header;
  const place = placeOf(folder, name);
  if (place === null) return false;
  if (type === 'directory') {
    await mkdir(place, { recursive: true });
    return true;
  }
  const source = type === 'link' ? placeOf(folder, linkname ?? '') : null;
  if (type !== 'file' && source === null) return false;
  await mkdir(dirname(place), { recursive: true });
  if (source !== null) return copyOf(source, place);
  // A name that comes twice: the last one counts, as it does for tar.
  await rm(place, { recursive: true, force: true });
  await pipeline(entry, createWriteStream(place, { flags: 'wx', mode: 0o600 }), { signal: broken });
  await chmod(place, (mode & 0o755) | 0o600);
  return true;
}

async function copyOf(source: string, place: string): Promise<boolean> {
  if (source === place || !(await isFile(source))) return false;
  await copyFile(source, place);
  return true;
}

async function isFile(path: string): Promise<boolean> {
  try {
    return (await lstat(path)).isFile();
  } catch {
    return false; // not there
  }
}

function placeOf(folder: string, name: string): string | null {
  const inside = insideOf(name);
  return inside === null ? null : join(folder, inside);
}

/** A path as it lies under a folder, without `.`; null when it leads out of it or is the folder itself. */
export function insideOf(path: string): string | null {
  if (path.includes('\0') || path.includes('\\') || posix.isAbsolute(path)) return null;
  const normal = posix.normalize(path).replace(/\/$/, '');
  return normal === '.' || normal === '..' || normal === '' || normal.startsWith('../') ? null : normal;
}

/**
 * Puts what was unpacked to its place in a workspace, instead of what was there. A folder on the way that is a link in the
 * workspace is made a folder: what work made never lands where a link leads.
 */
export async function settle(unpacked: string, workspace: string, path: string): Promise<void> {
  const parts = path.split('/');
  for (const [index] of parts.slice(0, -1).entries()) {
    const way = join(workspace, ...parts.slice(0, index + 1));
    if (!(await isFolder(way))) await rm(way, { recursive: true, force: true });
    await mkdir(way, { recursive: true });
  }
  const place = join(workspace, path);
  await rm(place, { recursive: true, force: true });
  await rename(unpacked, place);
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await lstat(path)).isDirectory();
  } catch {
    return false; // not there
  }
}
