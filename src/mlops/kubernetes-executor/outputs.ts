import { lstat, mkdir, realpath, rename, rm } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import type { Readable } from 'node:stream';
import { unpack } from '../../platform/archives/index.ts';
import { AppError, readSystemCode } from '../../platform/errors/index.ts';
import type { Work } from '../compute/index.ts';

/**
 * Unpacks outputs next to the workspace, and moves those that the work names when the archive is complete: a truncated
 * archive changes nothing. Errors: `archive_invalid`, `payload_too_large`, `object_path_invalid`.
 */
export async function takeOutputs(tar: Readable, work: Work, maxBytes: number): Promise<void> {
  const incoming = join(work.folder, 'kubernetes-outputs');
  await rm(incoming, { recursive: true, force: true });
  await mkdir(incoming, { recursive: true });
  try {
    await unpack(tar, incoming, { maxBytes, maxFiles: 1_000_000 });
    for (const output of work.outputs) await moveIn(incoming, work.workspace, cleanPath(output));
  } finally {
    await rm(incoming, { recursive: true, force: true });
  }
}

/** A path inside of a folder, without `.`, and never out of it. Error: `object_path_invalid`. */
export function cleanPath(name: string): string {
  const segments = name.split('/').filter((segment) => segment !== '' && segment !== '.');
  if (name.startsWith('/') || /[\0\n]/.test(name) || segments.includes('..') || segments.length === 0)
    throw buildPathError(name);
  return segments.join('/');
}

const buildPathError = (path: string) =>
  new AppError('object_path_invalid', `The output "${path}" is not in the working folder.`, { path });

/** A link in the workspace must not lead the output somewhere else. */
async function moveIn(incoming: string, workspace: string, output: string): Promise<void> {
  const from = join(incoming, output);
  if (!(await isThere(from))) return;
  const target = join(workspace, output);
  await mkdir(dirname(target), { recursive: true });
  const [root, parent, source, whole] = await Promise.all(
    [workspace, dirname(target), dirname(from), incoming].map((path) => realpath(path)),
  );
  if (!isInside(parent, root) || !isInside(source, whole)) throw buildPathError(output);
  await rm(target, { recursive: true, force: true });
  await rename(from, target);
}

const isInside = (path: string | undefined, root: string | undefined): boolean =>
  path !== undefined && root !== undefined && (path === root || path.startsWith(root + sep));

async function isThere(path: string): Promise<boolean> {
  try {
    await lstat(path);
    return true;
  } catch (error) {
    if (readSystemCode(error) === 'ENOENT') return false;
    throw error;
  }
}
