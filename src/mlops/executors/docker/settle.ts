import { lstat, mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Moves unpacked files to their path in a workspace and replaces the files there. If a parent folder is a link in the
 * workspace, it is replaced by a folder: outputs are never written through a link.
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
