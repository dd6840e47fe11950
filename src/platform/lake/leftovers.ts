import { readdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readSystemCode } from '../errors/index.ts';

/** Ends the name of an empty file next to one that no manifest names any more; its time is that of the mark. */
const MARK_SUFFIX = '.removed';
/** For this time a query on any server may still read a file that has left the manifest. */
const READ_MS = 10 * 60_000;
/** For this time a file that no manifest names may still be waiting for its swap, on any server. */
const STAGING_MS = 24 * 3_600_000;

/** Marks files that have left every manifest, of a lake that several servers read. `removeLeftovers` deletes them. */
export async function markForRemoval(root: string, paths: readonly string[]): Promise<void> {
  await Promise.all(paths.map((path) => writeFile(join(root, `${path}${MARK_SUFFIX}`), '', { mode: 0o600 })));
}

/** Parquet files below a folder that no manifest names, without those that are marked. Sorted. */
export async function findUnknownFiles(root: string, known: () => Promise<ReadonlySet<string>>): Promise<string[]> {
  const { files, marked, paths } = await listFiles(root, known);
  return files.filter((path) => !paths.has(path) && !marked.has(path));
}

/**
 * Deletes files that no manifest names, in a lake that several servers read and write: those that were marked longer ago than any query runs. A file
 * without a mark may be staged, or may have left the manifest a moment ago: one that is older than any staging is marked first. `now`: Unix
 * milliseconds. Returns the number of deleted files.
 */
export async function removeLeftovers(
  root: string,
  known: () => Promise<ReadonlySet<string>>,
  now: number,
): Promise<number> {
  const { files, marked, paths } = await listFiles(root, known);
  const there = new Set(files);
  let removed = 0;
  for (const path of files.filter((one) => !paths.has(one))) {
    if (!marked.has(path)) {
      if (await isOlder(join(root, path), now - STAGING_MS)) await markForRemoval(root, [path]);
    } else if (await isOlder(join(root, `${path}${MARK_SUFFIX}`), now - READ_MS)) {
      await rm(join(root, path), { force: true });
      await rm(join(root, `${path}${MARK_SUFFIX}`), { force: true });
      removed += 1;
    }
  }
  // Another server deleted the file, or a manifest names it again.
  const idle = [...marked].filter((path) => paths.has(path) || !there.has(path));
  for (const path of idle) await rm(join(root, `${path}${MARK_SUFFIX}`), { force: true });
  return removed;
}

async function listFiles(root: string, known: () => Promise<ReadonlySet<string>>) {
  const entries = await readdir(root, { recursive: true });
  // Asked after the listing: a file that was swapped in meanwhile is known.
  const paths = await known();
  const marks = entries.filter((path) => path.endsWith(`.parquet${MARK_SUFFIX}`));
  return {
    files: entries.filter((path) => path.endsWith('.parquet')).toSorted(),
    marked: new Set(marks.map((path) => path.slice(0, -MARK_SUFFIX.length))),
    paths,
  };
}

async function isOlder(path: string, instant: number): Promise<boolean> {
  try {
    return (await stat(path)).mtimeMs <= instant;
  } catch (error) {
    if (readSystemCode(error) === 'ENOENT') return false;
    throw error;
  }
}
