import { createAtMost } from '../concurrency/index.ts';
import type { StagedFile } from './lake.ts';
import type { LakePlace, PlacedFile } from './place.ts';

/** Ends the name of an empty file next to one that no manifest names any more; its time is that of the mark. */
const MARK_SUFFIX = '.removed';
/** For this time a query on any server may still read a file that has left the manifest. */
export const READ_MS = 10 * 60_000;
/** For this time a file that no manifest names may still be waiting for its swap, on any server. */
export const STAGING_MS = 24 * 3_600_000;

/** Marks files that have left every manifest, of a lake that several servers read. `removeLeftovers` deletes them. */
export async function markForRemoval(
  getPlace: (id: number) => LakePlace,
  files: readonly Pick<StagedFile, 'place' | 'path'>[],
): Promise<void> {
  await tryEach(
    files.map(
      ({ place, path }) =>
        () =>
          markFile(getPlace(place), path),
    ),
  );
}

function markFile(place: LakePlace, path: string): Promise<void> {
  return place.mark(`${path}${MARK_SUFFIX}`);
}

/** Parquet files that no manifest names, without those that are marked. Sorted by path. */
export async function findUnknownFiles(
  place: LakePlace,
  known: () => Promise<ReadonlySet<string>>,
): Promise<PlacedFile[]> {
  const { files, marks, paths } = await listFiles(place, known);
  return files.filter(({ path }) => !paths.has(path) && !marks.has(path));
}

/**
 * Deletes files that no manifest names, in a lake that several servers read and write: those that were marked longer ago than any query runs. A file
 * without a mark may be staged, or may have left the manifest a moment ago: one that is older than any staging is marked first. `now`: Unix
 * milliseconds. Returns the number of deleted files. Throws the first failure after it has tried the others, unless many fail.
 */
export async function removeLeftovers(
  place: LakePlace,
  known: () => Promise<ReadonlySet<string>>,
  now: number,
): Promise<number> {
  const { files, marks, paths } = await listFiles(place, known);
  const there = new Set(files.map(({ path }) => path));
  let removed = 0;
  const removeOrMark = async (file: PlacedFile) => {
    const { path } = file;
    const mark = marks.get(path);
    if (mark === undefined) {
      if (await isOlder(file, now - STAGING_MS)) await markFile(place, path);
    } else if (await isOlder(mark, now - READ_MS)) {
      await place.remove(path);
      removed += 1;
      await place.remove(`${path}${MARK_SUFFIX}`);
    }
  };
  // Another server deleted the file, or a manifest names it again.
  const idle = [...marks.keys()].filter((path) => paths.has(path) || !there.has(path));
  await tryEach([
    ...files.filter(({ path }) => !paths.has(path)).map((file) => () => removeOrMark(file)),
    ...idle.map((path) => () => place.remove(`${path}${MARK_SUFFIX}`)),
  ]);
  return removed;
}

/** One file that cannot be removed keeps no other. With this many, the place is away or refuses. */
const MOST_FAILURES = 8;
const AT_ONCE = 8;

async function tryEach(work: readonly (() => Promise<void>)[]): Promise<void> {
  const failures: unknown[] = [];
  const trying = createAtMost(AT_ONCE);
  for (const act of work) {
    if (failures.length >= MOST_FAILURES) break;
    await trying.start(() => act().catch((error: unknown) => void failures.push(error)));
  }
  await trying.finished();
  if (failures.length > 0) throw failures[0];
}

async function listFiles(place: LakePlace, known: () => Promise<ReadonlySet<string>>) {
  const listed = await place.list();
  // Asked after the listing: a file that was swapped in meanwhile is known.
  const paths = await known();
  const marks = listed.filter(({ path }) => path.endsWith(`.parquet${MARK_SUFFIX}`));
  return {
    files: listed.filter(({ path }) => path.endsWith('.parquet')).toSorted(comparePaths),
    /** By the path of the marked file. */
    marks: new Map(marks.map((mark) => [mark.path.slice(0, -MARK_SUFFIX.length), mark])),
    paths,
  };
}

/** `instant`: Unix milliseconds. */
export async function isOlder({ modifiedAt }: PlacedFile, instant: number): Promise<boolean> {
  const at = await modifiedAt();
  return at !== null && at <= instant;
}

function comparePaths({ path: one }: PlacedFile, { path: other }: PlacedFile): number {
  return one < other ? -1 : 1;
}
