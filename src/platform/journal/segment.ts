import { open, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { readSystemCode } from '../errors/index.ts';

/** A file of a journal: one JSON document a line. */
export interface Segment {
  /** Never the name of another one, before or after. */
  readonly name: string;
  readonly path: string;
}

/** Ends the names of all segments. */
export const SUFFIX = '.jsonl';
/** Ends the names of those whose lines have a checksum that begins with the name: their lines are intact in no other file. */
export const BOUND_SUFFIX = `.bound${SUFFIX}`;
/** Ends the names of those of an older version, whose lines have a checksum that does not. */
const CHECKED_SUFFIX = `.crc${SUFFIX}`;
/** Ends the name of an empty file next to a segment that the query engine cannot read as a whole: others must not try to. */
export const KEPT_SUFFIX = '.kept';
/** Ends the names of files with bytes that were set aside. */
export const DAMAGED_SUFFIX = '.damaged';

/** Seed of the checksums in a segment; null: a segment of an older version, whose lines have none. */
export function computeChecksumSeed(name: string): number | null {
  if (name.endsWith(BOUND_SUFFIX)) return crc32(name);
  return name.endsWith(CHECKED_SUFFIX) ? 0 : null;
}

/** The segments of a folder, oldest first. */
export async function listSegments(folder: string): Promise<Segment[]> {
  return listFiles(folder, SUFFIX);
}

/** The files of a folder whose names end so, by name. */
export async function listFiles(folder: string, suffix: string): Promise<Segment[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith(suffix));
  return names.toSorted().map((name) => ({ name, path: join(folder, name) }));
}

/** A new name is on the disk only when its folder is. */
export async function syncFolder(folder: string): Promise<void> {
  await using handle = await open(folder, 'r');
  await handle.sync();
}

/** A segment that is gone has been settled. */
export async function measureSegment({ name, path }: Segment): Promise<{ name: string; sizeBytes: number }> {
  const facts = await stat(path).catch((error: unknown) => {
    if (readSystemCode(error) === 'ENOENT') return null;
    throw error;
  });
  return { name, sizeBytes: facts?.size ?? 0 };
}
