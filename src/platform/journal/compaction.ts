import { type Lake, type LakeSession, quoteIdentifier, type StagedFile } from '../lake/index.ts';
import type { Store } from '../store/index.ts';
import { DAY_MS } from '../units/durations.ts';
import type { RowShape } from './readable.ts';

/** Delay after its end until a day counts as closed: most late rows have arrived by then. */
const DAY_OPEN_MS = 2 * 3_600_000;
/** Minimum number of files smaller than `SMALL_BYTES` for the compaction of a day that is not closed. */
const SMALL_FILES = 16;
const SMALL_BYTES = 16 * 1024 * 1024;

/**
 * Files to be compacted, one list for each partition: all files of a closed day with more than one file, and the small
 * files of other partitions with many of them. `now`: Unix milliseconds.
 */
export function selectDueFiles(files: readonly StagedFile[], now: number): StagedFile[][] {
  return [...Map.groupBy(files, ({ partition }) => partition)].flatMap(([partition, group]) => {
    const end = Date.parse(`${partition}T00:00:00Z`) + DAY_MS;
    if (end + DAY_OPEN_MS <= now) return group.length > 1 ? [group] : [];
    const small = group.filter(({ sizeBytes }) => sizeBytes < SMALL_BYTES);
    return small.length >= SMALL_FILES ? [small] : [];
  });
}

/** Partitions that are swapped in together: an interrupted compaction restarts with these. */
const PARTITIONS_A_SWAP = 64;

/** Joins each list of files of one partition into one file, in the order of time. */
export async function compactFiles(deps: CompactionDeps, shape: RowShape, due: readonly StagedFile[][]): Promise<void> {
  for (let at = 0; at < due.length; at += PARTITIONS_A_SWAP) {
    await compactSome(deps, shape, due.slice(at, at + PARTITIONS_A_SWAP));
  }
}

async function compactSome({ lake, store }: CompactionDeps, shape: RowShape, due: readonly StagedFile[][]) {
  const staged: StagedFile[] = [];
  try {
    await lake.session(async (session) => {
      for (const files of due) await stageJoined({ lake, session, staged }, shape, files);
    });
    const removeFiles = due.flat().map(({ id }) => id);
    await store.transaction((sql) => lake.swap(sql, shape.table, { remove: [], removeFiles, add: staged }));
  } catch (error) {
    await lake.discard(staged);
    throw error;
  }
}

interface CompactionDeps {
  readonly lake: Lake;
  readonly store: Store;
}

interface Staging {
  readonly lake: Lake;
  readonly session: LakeSession;
  /** Every file that is written, so that none is left behind. */
  readonly staged: StagedFile[];
}

async function stageJoined(
  { lake, session, staged }: Staging,
  { table, dayOf }: RowShape,
  files: readonly StagedFile[],
): Promise<void> {
  const columns = Object.keys(table.columns).map(quoteIdentifier).join(', ');
  const select = `SELECT ${columns} FROM ${lake.stagedRelation(table, files)} ORDER BY ${quoteIdentifier(dayOf)}`;
  const joined = await session.stage(table, files[0]?.partition ?? '', select);
  staged.push(joined);
  const rows = files.reduce((sum, file) => sum + file.rows, 0);
  if (joined.rows !== rows) {
    throw new Error(`${files.length} files of ${table.name} have ${joined.rows} rows, not ${rows}`);
  }
}
