import { constants } from 'node:fs';
import { type FileHandle, open, realpath } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import { readSystemCode } from '../../platform/errors/index.ts';

/** An output of a command may be a link to any file, or a pipe without a writer. */
const PLAIN = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
const NOT_THERE: ReadonlySet<string> = new Set(['ENOENT', 'ENOTDIR', 'ELOOP', 'ENXIO']);

/** Whether the folder of a path is inside of a folder after links are resolved. */
export async function isInside(folder: string, path: string): Promise<boolean> {
  try {
    const [root, parent] = await Promise.all([realpath(folder), realpath(dirname(join(folder, path)))]);
    return parent === root || parent.startsWith(`${root}${sep}`);
  } catch (error) {
    if (NOT_THERE.has(readSystemCode(error) ?? '')) return false;
    throw error;
  }
}

/** Opens a plain file that a command left in its folder; null where there is none, and for a link and all else that is no file. */
export async function openInside(folder: string, path: string): Promise<FileHandle | null> {
  if (!(await isInside(folder, path))) return null;
  let file: FileHandle | null = null;
  try {
    file = await open(join(folder, path), PLAIN);
    if ((await file.stat()).isFile()) return file;
  } catch (error) {
    if (!NOT_THERE.has(readSystemCode(error) ?? '')) throw error;
  }
  await file?.close();
  return null;
}

/** The text of such a file, up to a limit in bytes; null where there is none. */
export async function readTextInside(folder: string, path: string, maxBytes: number): Promise<string | null> {
  const file = await openInside(folder, path);
  if (file === null) return null;
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(maxBytes), 0, maxBytes, 0);
    return buffer.subarray(0, bytesRead).toString('utf8');
  } finally {
    await file.close();
  }
}
