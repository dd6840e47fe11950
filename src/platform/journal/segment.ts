import { open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';

/** A file of a journal: one JSON document a line. */
export interface Segment {
  /** Never the name of another one, before or after. */
  readonly name: string;
  readonly path: string;
}

/** Ends the names of all segments. */
const SUFFIX = '.jsonl';
/** Ends the names of those whose lines have a checksum that begins with the name: their lines are intact in no other file. */
export const BOUND_SUFFIX = `.bound${SUFFIX}`;
/** Ends the names of those of an older version, whose lines have a checksum that does not. */
const CHECKED_SUFFIX = `.crc${SUFFIX}`;
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
