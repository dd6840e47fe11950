import type { Readable } from 'node:stream';
import type { Sql, Store } from '../store/index.ts';
import type { ExportFormat } from './export-file.ts';

/** A table of Parquet files. Columns are named with their DuckDB types, so that an empty table still has its shape. */
export interface LakeTable {
  readonly name: string;
  readonly columns: Readonly<Record<string, string>>;
  /**
   * Where files may hold further text columns, each by its own name behind `x_`: a relation shows those of all its files as
   * they are (null in a file without them) and, together, as one MAP(VARCHAR, VARCHAR) of this name.
   */
  readonly others?: string;
  /** Columns that older files may lack: null there. */
  readonly later?: readonly string[];
}

/** A file written to disk, but in no manifest yet: no reader sees it until a swap names it. */
export interface StagedFile {
  readonly id: string;
  readonly table: string;
  readonly partition: string;
  readonly path: string;
  /** Id of the place that has it; another one after the lake was moved. */
  readonly place: number;
  readonly rows: number;
  readonly sizeBytes: number;
  /** Digest of its bytes, taken when it was written; null for a file of before digests were kept, until `verify` fills it in. */
  readonly sha256: string | null;
  /** Stamp of the file (`platform/digests`) when its digest was last right; null: its digest is computed before it is read. */
  readonly stamp: string | null;
  /** Why `verify` found that the file must not be read; null for a file that may be. */
  readonly damage: string | null;
  /** Columns in addition to those of the table, as `x_NAME`; see `LakeTable.others`. */
  readonly others: readonly string[];
  /** Whether its rows have their positions as a column, for an engine that does not know them. */
  readonly hasPositions: boolean;
}

export type LakeParameter = string | number | boolean | null;
/** Decimals, instants and 64-bit integers come as text; cast in SQL to INTEGER or DOUBLE where a number is meant. */
export type LakeRow = Record<string, unknown>;

/** UTC days as `2026-11-26`, both included; an end that is left out is open. */
export interface DayRange {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

/** Which files a relation takes: those of a partition, by its exact name or all when left out. */
export interface RelationOptions {
  readonly partitions?: readonly string[];
  /** Only partitions that are a UTC day (`2026-11-26`) in this range, and all that are no day. */
  readonly days?: DayRange;
  /** Adds `lake_file` (id) and `file_row_number` (0-based). */
  readonly rowIds?: boolean;
  /** Names (`x_NAME`) of additional columns that a query uses: they are null where no file has them. */
  readonly others?: readonly string[];
  /** The state after the swap of this number (`Lake.sequence`), instead of now. */
  readonly at?: number;
}

/** Answers statements over relations of the lake; errors as of `Lake`. */
export interface LakeReader {
  query(sql: string, parameters?: readonly LakeParameter[]): Promise<LakeRow[]>;
  /** The same for a SELECT whose rows depend on nothing but lake files; kept as `derive` does. */
  queryKept(sql: string): Promise<readonly Readonly<LakeRow>[]>;
  /**
   * A value that depends on nothing but `name` and the rows that these statements read from lake files. A file never changes, so the value is kept in
   * memory, bounded, and returned for the same statements again; concurrent calls share one computation. The files are checked as before a
   * statement. The value is plain JSON, and not to be changed by callers.
   */
  derive<T>(name: string, statements: readonly string[], compute: () => Promise<T>): Promise<T>;
  /** Rows in chunks, for exports that must not be held in memory. */
  stream(sql: string, parameters?: readonly LakeParameter[]): AsyncIterable<LakeRow[]>;
  /** All rows of a query as one file, streamed; memory does not grow with it. Used to export bills. */
  exported(select: string, format: ExportFormat): Promise<Readable>;
}

/**
 * Large append-only facts: Parquet files in the data folder or in a bucket, queried by DuckDB off the event loop. A change stages new
 * files, then swaps the manifest inside a store transaction; readers see the state before or after, never half. Before a
 * statement runs, the files that it reads are checked: they are there, have their size, and were not touched since their
 * digest was last right; a file that was touched is hashed.
 * Errors: `storage_full`, `lake_memory_exhausted`, `lake_file_damaged` (a file that a statement reads is missing or damaged),
 * `lake_file_removed` (a file was deleted between the look at the manifest and the statement: ask again).
 */
export interface Lake extends LakeReader, AsyncDisposable {
  /**
   * The engine of the setting "lakeEngine", for statements in the subset of SQL that all engines have (docs/lake.md): the lake itself, or one of several
   * machines. Figures are the same on each.
   */
  readonly engine: LakeReader;
  /** A new path that statements may read. Its writer deletes the file; opening the lake deletes files that a crash left. */
  scratchPath(extension: string): string;
  /** Runs statements on one connection, for temporary tables. */
  session<T>(work: (session: LakeSession) => Promise<T>): Promise<T>;
  /** Finds damage and puts rebuilt files in the place of damaged ones. */
  readonly upkeep: LakeUpkeep;
  /** A FROM item that reads the files of the table which the manifest names now. */
  relation(sql: Sql, table: LakeTable, options?: RelationOptions): Promise<string>;
  /** A FROM item over staged files, for deriving from them before they are swapped in. */
  stagedRelation(table: LakeTable, files: readonly StagedFile[], others?: readonly string[]): string;
  /** The files that the manifest names now, oldest first. */
  files(sql: Sql, table: LakeTable): Promise<StagedFile[]>;
  /** Files by id, in the requested order, whether or not the manifest names them now. */
  filesById(sql: Sql, table: LakeTable, ids: readonly string[]): Promise<StagedFile[]>;
  /** Like `filesById`, without those that no manifest names any more. */
  keptById(sql: Sql, table: LakeTable, ids: readonly string[]): Promise<StagedFile[]>;
  /** Number of the newest swap of the table; 0 before the first. Older numbers name older states, see `RelationOptions`. */
  sequence(sql: Sql, table: LakeTable): Promise<number>;
  /** Names of the partitions that hold files now, sorted. */
  partitions(sql: Sql, table: LakeTable): Promise<string[]>;
  /**
   * Takes out every file of the `remove` partitions and adds the given ones, in the caller's transaction. Files that the
   * manifest named before may be added again.
   */
  swap(sql: Sql, table: LakeTable, change: LakeSwap): Promise<void>;
  /** Keeps staged files without adding them to a manifest; they do not count as orphans. */
  keep(sql: Sql, table: LakeTable, files: readonly StagedFile[]): Promise<void>;
  /**
   * Removes from the manifest, in the caller's transaction, the files that were swapped out up to the swap of this number: older states of the
   * table cannot be read any more. The caller deletes the files after the commit, when no reader can still use them.
   */
  forget(sql: Sql, table: LakeTable, sequence: number): Promise<StagedFile[]>;
  /**
   * Runs work that reads files of the lake: a file that a manifest names when it begins, or later, stays on the disk until it ends.
   * Needed from before the manifest is asked until the last query, for tables whose superseded files are removed.
   */
  hold<T>(work: () => Promise<T>): Promise<T>;
  /**
   * Forgets every file of a table that has been swapped out, and deletes it when the holds that began before have ended; never
   * to be called within one. Older states of the table cannot be read any more.
   */
  removeSuperseded(store: Store, table: LakeTable): Promise<StagedFile[]>;
  /**
   * Takes single files out of every manifest, current and old, in the caller's transaction; unknown ids are ignored. Pass the
   * answer to `removeForgotten` after the commit; after a crash in between the next start removes them as orphans.
   */
  forgetById(sql: Sql, table: LakeTable, ids: readonly string[]): Promise<StagedFile[]>;
  /** Deletes files that no manifest names, when the holds that began before have ended; never to be called within one. */
  removeForgotten(files: readonly StagedFile[]): Promise<void>;
  /**
   * Interrupts every running statement and refuses further ones, for the end of the server; `LakeSession.signal` is aborted.
   * After this many milliseconds, or immediately. Error of all of them: `server_stopping`.
   */
  interrupt(afterMs?: number): void;
  /** Removes staged files that will not be swapped in. */
  discard(files: readonly StagedFile[]): Promise<void>;
  /**
   * Removes files that no manifest names: leftovers of a process that died between staging and swapping. With several servers, only those that
   * no server can be staging or reading any more; called again and again, and it removes the others when one cannot be removed. `now`: Unix
   * milliseconds.
   */
  removeOrphans(sql: Sql, now?: number): Promise<number>;
}

/** A file of the manifest as `LakeUpkeep.inspect` found it on the disk. */
export interface FileState {
  /** Why its content differs from the bytes written; null when it does not. */
  readonly damage: string | null;
  /** Digest and stamp as they are now; null when the file is missing. */
  readonly found: { readonly sha256: string; readonly sizeBytes: number; readonly stamp: string | null } | null;
}

/** Functions of the lake for `verify`, `repair` and `backup`. */
export interface LakeUpkeep {
  /** Every file that a manifest names, named once, or keeps, each once; by table, then partition. */
  allFiles(sql: Sql): Promise<StagedFile[]>;
  /** Those that are marked as damaged. */
  damagedFiles(sql: Sql): Promise<StagedFile[]>;
  /** Reads a file whole: its digest against the manifest, or, where that has none yet, whether the engine can read all of it. */
  inspect(file: StagedFile): Promise<FileState>;
  /** Stores the result of an inspection: digest and stamp of an intact file, or that a damaged one must not be read. */
  note(sql: Sql, file: StagedFile, state: FileState): Promise<void>;
  /**
   * Puts a staged file in the place of a damaged one, under the old one's id and path, so that all that names it holds. The
   * rows must be the same in the same order.
   */
  replace(sql: Sql, damaged: StagedFile, rebuilt: StagedFile): Promise<void>;
  /** Reads the bytes of an intact file: `path` holds them until `work` ends. Error: `lake_file_damaged`. */
  read<T>(file: StagedFile, work: (path: string) => Promise<T>): Promise<T>;
  /** Paths of Parquet files that no manifest names, and that are too old to wait for their swap. `now`: Unix milliseconds. */
  leftovers(sql: Sql, now: number): Promise<string[]>;
  /** Removes one of them. */
  removeLeftover(path: string): Promise<void>;
  /** Removes files of any place: now, or when the last hold of a backup ends. */
  removeAll(files: readonly Pick<StagedFile, 'place' | 'path'>[]): Promise<void>;
  /** While it is held, no file leaves the disk: files discarded meanwhile are deleted when the last hold ends. */
  hold(): AsyncDisposable;
  /** Runs work that removes other files of the data folder: now, or when the last such hold ends. True when it has run. */
  afterHolds(work: () => Promise<void>): Promise<boolean>;
  /** Makes a copy of the store that of another installation, with all files in its data folder. */
  saveAsCopy(copied: Sql): Promise<void>;
}

/** Rebuilds damaged files of its tables from their sources, each under its own id. */
export interface Rebuilder {
  readonly tables: readonly string[];
  /** For each file by id: null when it is rebuilt and in place, else why it could not be. */
  rebuild(files: readonly StagedFile[]): Promise<ReadonlyMap<string, string | null>>;
}

export interface LakeSwap {
  /** Partitions. */
  readonly remove: readonly string[];
  /** Single files by id. Throws when the manifest does not name one of them any more. */
  readonly removeFiles?: readonly string[];
  readonly add: readonly StagedFile[];
}

export interface LakeSession {
  /** Aborted when the server stops and interrupts work; for work on rows outside the engine. */
  readonly signal: AbortSignal;
  /**
   * Columns of a SELECT as numbers, in the order of its rows and without a detour over rows: DOUBLE and no null, so cast and
   * write NaN where there is no value. `rows` is how many it gives.
   */
  doubles(select: string, rows: number): Promise<Float64Array[]>;
  query(sql: string, parameters?: readonly LakeParameter[]): Promise<LakeRow[]>;
  /**
   * Runs a statement that may use most of the memory of the engine, when no other one does: two of them together would fail, where one
   * after the other succeeds. First-in, first-out; never to be called within another turn.
   */
  inTurn<T>(work: () => Promise<T>): Promise<T>;
  /** Rows of the lake files that a statement names: an upper bound of the rows that are read, known without a read. */
  countFileRows(sql: string): number;
  /** A new path for a temporary file of a query; the caller deletes the file. */
  scratchPath(extension: string): string;
  /**
   * Writes a SELECT as one Parquet file. Rows keep the order of the SELECT. `others`: its columns in addition to those of a table with
   * `LakeTable.others`; left out, the engine plans the SELECT a second time to find them.
   */
  stage(
    table: LakeTable,
    partition: string,
    select: string,
    parameters?: readonly LakeParameter[],
    others?: readonly string[],
  ): Promise<StagedFile>;
}
