import { identifier, type Lake, type StagedFile } from '../lake/index.ts';
import type { Store } from '../store/index.ts';
import type { RowShape } from './readable.ts';

const DAY_MS = 86_400_000;
/** So long after its end a day counts as over: most of what comes late has come. */
const DAY_OPEN_MS = 2 * 3_600_000;
/** Files of a day that is not over are joined when there are so many smaller than `SMALL_BYTES`. */
const SMALL_FILES = 16;
const SMALL_BYTES = 16 * 1024 * 1024;

/**
 * Files to be joined, one list for each partition: all files of a day that is over where there is more than one, and the small
 * ones of other partitions where there are many. `now`: Unix milliseconds.
 */
export function dueForCompaction(files: readonly StagedFile[], now: number): StagedFile[][] {
  return [...Map.groupBy(files, ({ partition }) => partition)].flatMap(([partition, group]) => {
    const end = Date.parse(`${partition}T00:00:00Z`) + DAY_MS;
    if (end + DAY_OPEN_MS <= now) return group.length > 1 ? [group] : [];
    const small = group.filter(({ sizeBytes }) => sizeBytes < SMALL_BYTES);
    return small.length >= SMALL_FILES ? [small] : [];
  });
}

/** Writes the rows of files of one partition as one file, in the order of time, and swaps it in. */
export async function compactPartition(
  { lake, store }: { readonly lake: Lake; readonly store: Store },
  { table, dayOf }: RowShape,
  files: readonly StagedFile[],
): Promise<void> {
  const columns = Object.keys(table.columns).map(identifier).join(', ');
  const select = `SELECT ${columns} FROM ${lake.stagedRelation(table, files)} ORDER BY ${identifier(dayOf)}`;
  const joined = await lake.session((session) => session.stage(table, files[0]?.partition ?? '', select));
  try {
    const rows = files.reduce((sum, file) => sum + file.rows, 0);
    if (joined.rows !== rows)
      throw new Error(`${files.length} files of ${table.name} have ${joined.rows} rows, not ${rows}`);
    await store.transaction((sql) =>
      lake.swap(sql, table, { remove: [], removeFiles: files.map(({ id }) => id), add: [joined] }),
    );
  } catch (error) {
    await lake.discard([joined]);
    throw error;
  }
}
