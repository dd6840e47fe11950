import { type Lake, quoteIdentifier, type StagedFile } from '../lake/index.ts';
import type { Store } from '../store/index.ts';
import type { RowShape } from './readable.ts';

interface RemovalDeps {
  readonly lake: Lake;
  readonly store: Store;
}

/** Rows of a table in the lake. */
export interface StoredRows {
  readonly rows: number;
  /** Files that hold them; a file may hold other rows too. */
  readonly files: number;
  /** Bytes of these files, compressed. */
  readonly sizeBytes: number;
  /** UTC days of the files, sorted. */
  readonly days: readonly string[];
}

/** Files of days before a UTC day (`2026-11-26`). */
export async function findFilesBefore(
  { lake, store }: RemovalDeps,
  { table }: RowShape,
  day: string,
): Promise<StagedFile[]> {
  return (await lake.files(store, table)).filter(({ partition }) => isDay(partition) && partition < day);
}

/** Takes the days before a UTC day out of the manifest. */
export async function swapOutBefore(deps: RemovalDeps, shape: RowShape, day: string): Promise<StoredRows> {
  const { lake, store } = deps;
  const files = await findFilesBefore(deps, shape, day);
  if (files.length === 0) return sumStoredRows(files);
  await store.transaction((sql) =>
    lake.swap(sql, shape.table, { remove: [], removeFiles: files.map(({ id }) => id), add: [] }),
  );
  return sumStoredRows(files);
}

/** Counts the rows of the lake that meet a condition. */
export async function findMatchingRows({ lake, store }: RemovalDeps, { table }: RowShape, condition: string) {
  return lake.hold(async () => {
    const files = await lake.files(store, table);
    const relation = lake.stagedRelation(table, files);
    const found = await lake.query(
      `SELECT lake_file AS id, count(*)::DOUBLE AS rows FROM ${relation} WHERE ${condition} GROUP BY lake_file`,
    );
    const rows = new Map(found.map((row) => [String(row.id), Number(row.rows)]));
    return files.flatMap((file) => {
      const matching = rows.get(file.id);
      return matching === undefined ? [] : [{ file, rows: matching }];
    });
  });
}

/** Rewrites every file that has rows matching a condition without these rows, and swaps all of them in together. */
export async function swapOutMatching(deps: RemovalDeps, shape: RowShape, condition: string): Promise<StoredRows> {
  const { lake, store } = deps;
  const { table, dayOf } = shape;
  const matching = await findMatchingRows(deps, shape, condition);
  if (matching.length === 0) return sumStoredRows([]);
  const columns = Object.keys(table.columns).map(quoteIdentifier).join(', ');
  const staged: StagedFile[] = [];
  try {
    await lake.session(async (session) => {
      for (const { file, rows } of matching.filter((one) => one.rows < one.file.rows)) {
        const select = `SELECT ${columns} FROM ${lake.stagedRelation(table, [file])}
          WHERE (${condition}) IS NOT TRUE ORDER BY ${quoteIdentifier(dayOf)}`;
        const rest = await session.stage(table, file.partition, select);
        staged.push(rest);
        if (rest.rows !== file.rows - rows) throw new Error(`file ${file.id} of ${table.name} kept ${rest.rows} rows`);
      }
    });
    const removeFiles = matching.map(({ file }) => file.id);
    await store.transaction((sql) => lake.swap(sql, table, { remove: [], removeFiles, add: staged }));
  } catch (error) {
    await lake.discard(staged);
    throw error;
  }
  return { ...sumStoredRows(matching.map(({ file }) => file)), rows: sumNumbers(matching.map(({ rows }) => rows)) };
}

export function sumStoredRows(files: readonly StagedFile[]): StoredRows {
  return {
    rows: sumNumbers(files.map(({ rows }) => rows)),
    files: files.length,
    sizeBytes: sumNumbers(files.map(({ sizeBytes }) => sizeBytes)),
    days: [...new Set(files.map(({ partition }) => partition))].toSorted(),
  };
}

function sumNumbers(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0);
}

function isDay(partition: string): boolean {
  return /^\d{4}-\d{2}-\d{2}$/.test(partition);
}
