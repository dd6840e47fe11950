import { copyFile, mkdir, readdir, rm, rmdir, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { readSystemCode } from '../errors/index.ts';
import { copyJournal } from './copy.ts';
import { type JournaledTableDeps, openJournaledTable } from './journaled-table.ts';
import type { RowShape } from './readable.ts';
import { DAMAGED_SUFFIX, KEPT_SUFFIX, listFiles, listSegments, type Segment } from './segment.ts';
import type { SharedJournal } from './shared.ts';
import { findSettledSegments, restartRecords } from './store.ts';

/** Journals of a server whose lease is over. */
export interface LeftJournals {
  /** Folder with one folder a table. Its files stay as they are, for readers, until `removeLeftJournals`. */
  readonly folder: string;
  /**
   * New folder for the copy that is settled: nothing that the earlier server still does to its own files, or a server that took over and then
   * lost its lease, reaches it. Its name is that of `folder`, `-by-`, and something that is never used again.
   */
  readonly copy: string;
}

type TakeOverDeps = Pick<JournaledTableDeps, 'store' | 'lake' | 'now' | 'log'> &
  Pick<SharedJournal, 'assertHeld' | 'keepMs'>;

/**
 * Moves every acknowledged row of journals that their server left into the lake. Answers whether `removeLeftJournals` may follow: all is settled,
 * and longer ago than any reader takes. Idempotent; after a crash, or next to a server that believes to be the owner, no row is moved twice: a
 * segment has one record, made in the transaction that adds its rows. A segment that the query engine cannot read stays, and is read without the
 * lines that it cannot read.
 */
export async function takeOverJournals(
  deps: TakeOverDeps,
  shapes: readonly RowShape[],
  left: LeftJournals,
): Promise<boolean> {
  await clearCopies(left);
  let isOver = true;
  for (const shape of shapes) {
    const { name } = shape.table;
    const place = join(left.folder, name);
    const segments = await listIfThere(listSegments(place));
    const kept = new Set((await listIfThere(listFiles(place, KEPT_SUFFIX))).map((one) => one.name));
    const isWaiting = (settled: ReadonlyMap<string, number>) => (segment: Segment) =>
      !settled.has(segment.name) && !kept.has(`${segment.name}${KEPT_SUFFIX}`);
    const before = await findSettledSegments(deps.store, name);
    if (segments.some(isWaiting(before))) await settleCopy(deps, shape, left);
    const settled = await findSettledSegments(deps.store, name);
    for (const { path } of segments.filter(isWaiting(settled))) await writeFile(`${path}${KEPT_SUFFIX}`, '');
    const isReleased = (one: Segment) =>
      (settled.get(one.name) ?? Number.POSITIVE_INFINITY) + deps.keepMs <= deps.now();
    isOver = segments.every(isReleased) && isOver;
  }
  return isOver;
}

/** Settles a copy, and never removes the records: readers see the segments of the original until it is removed. */
async function settleCopy(deps: TakeOverDeps, shape: RowShape, { folder, copy }: LeftJournals): Promise<void> {
  const { name } = shape.table;
  await copyJournal(join(folder, name), join(copy, name));
  const { store, lake, now, log, assertHeld } = deps;
  const shared = { assertHeld, others: async () => [], isHeld: () => true, keepMs: Number.POSITIVE_INFINITY };
  await using journal = await openJournaledTable(
    { store, lake, now, log, shared, folder: copy, fsync: 'always' },
    shape,
  );
  await journal.settle();
}

/** Removes journals that were taken over, and their copies; files with damage that was set aside are kept in the copy. */
export async function removeLeftJournals(
  { store, now }: Pick<TakeOverDeps, 'store' | 'now'>,
  shapes: readonly RowShape[],
  left: LeftJournals,
): Promise<void> {
  for (const { table } of shapes) {
    const place = join(left.folder, table.name);
    const names = (await listIfThere(listSegments(place))).map(({ name }) => name);
    // A reader that has seen the files asks for the records later.
    await store.append((sql) => restartRecords(sql, table.name, names, now()));
    for (const { name, path } of await listIfThere(listFiles(place, DAMAGED_SUFFIX))) {
      await mkdir(join(left.copy, table.name), { recursive: true, mode: 0o700 });
      await copyFile(path, join(left.copy, table.name, name));
    }
  }
  await rm(left.folder, { recursive: true, force: true });
  await clearCopies(left);
}

/** Removes the copies of earlier takeovers of a folder, except for damage that was set aside. */
async function clearCopies({ folder }: LeftJournals): Promise<void> {
  const prefix = `${basename(folder)}-by-`;
  const names = (await readdir(dirname(folder))).filter((name) => name.startsWith(prefix));
  for (const copy of names.map((name) => join(dirname(folder), name))) {
    for (const table of await readdir(copy)) {
      const files = await readdir(join(copy, table));
      for (const file of files) if (!file.endsWith(DAMAGED_SUFFIX)) await rm(join(copy, table, file), { force: true });
      await removeIfEmpty(join(copy, table));
    }
    await removeIfEmpty(copy);
  }
}

async function removeIfEmpty(folder: string): Promise<void> {
  await rmdir(folder).catch((error: unknown) => {
    if (!['ENOTEMPTY', 'EEXIST', 'ENOENT'].includes(readSystemCode(error) ?? '')) throw error;
  });
}

async function listIfThere(listing: Promise<Segment[]>): Promise<Segment[]> {
  try {
    return await listing;
  } catch (error) {
    if (readSystemCode(error) === 'ENOENT') return [];
    throw error;
  }
}
