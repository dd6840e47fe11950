import type { LakeSession } from '../lake/index.ts';
import type { JournalDocument } from './line.ts';
import type { StoredRows } from './removal.ts';

/** A row as it is appended: by column, as JSON; instants as ISO 8601 in UTC. */
export type JournaledRow = JournalDocument;

/** Instants as ISO 8601 in UTC; an end that is left out is open. */
export interface InstantRange {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

/**
 * A lake table with durable appends: rows are safe as soon as `append` resolves, and visible to the next reader. Rows that are not
 * in Parquet yet are read from the journal. After a crash the sender may send rows twice; this table never duplicates rows.
 */
export interface JournaledTable extends AsyncDisposable {
  /**
   * All or none. Rows longer than `LONGEST_ROW_BYTES`, and those that `unreadableReason` refuses, are the caller's to refuse:
   * the latter throw here.
   */
  append(rows: readonly JournaledRow[]): Promise<void>;
  /**
   * Reads with a FROM item over all rows that were appended before; it holds until the promise is settled. With a range, files of
   * other days are not opened; rows outside the range may be included all the same. Error: `journal_damaged`, when the engine
   * meets damage that occurred while the server ran; the damage is set aside by an immediate settling.
   */
  read<T>(work: (relation: string, session: LakeSession) => Promise<T>, range?: InstantRange): Promise<T>;
  /**
   * Names the rows that a reader would be given now: while it stays the same, so do they. It changes when rows are appended, settled,
   * compacted or removed.
   */
  state(): Promise<string>;
  /** Moves the lines of the journal into the lake. */
  settle(): Promise<void>;
  /** Compacts the files of closed days, one file for each day, and small files of the others; deletes the files that were replaced. */
  compact(): Promise<void>;
  /**
   * Deletes the rows of UTC days before one (`2026-11-26`), in the journal and in the lake, and their files. With `dryRun` only counts those
   * in the lake.
   */
  removeBefore(day: string, options: { readonly dryRun: boolean }): Promise<StoredRows>;
  /**
   * Deletes the rows that meet an SQL condition over the columns, in the journal and in the lake, and the files that held them; `dryRun`
   * only counts them. Bytes that were set aside as damaged are not searched.
   */
  removeRows(condition: string, options: { readonly dryRun: boolean }): Promise<StoredRows>;
  /**
   * Waits for the settling that runs and keeps the next ones waiting until it is disposed of: meanwhile no segment leaves the
   * journal, so that a snapshot of the store and a copy of the journal fit together.
   */
  holdSettling(): Promise<Disposable>;
  /** Writes a damaged ledger of the journal again. */
  restoreLedger(): Promise<void>;
  /** Bytes that wait in the journal, of this process. */
  readonly waitingBytes: number;
  readonly damage: JournalDamage;
}

/** Damage in the journal of a table. */
export interface JournalDamage {
  readonly table: string;
  /** Damaged spots of segments whose bytes were set aside and are still in the folder of the journal. */
  readonly spotsSetAside: number;
  /** Segments that are kept and read, but not moved into the lake: the engine read another number of rows than they have lines. */
  readonly segmentsKept: number;
}

/**
 * Names the journals with damage and how many places of each, for the header of an answer; null: no damage is known.
 *
 * @example damageText([{ table: 'prediction', spotsSetAside: 2, segmentsKept: 0 }]) // 'prediction=2'
 */
export function describeDamages(damages: readonly JournalDamage[]): string | null {
  const damaged = damages.map(({ table, spotsSetAside, segmentsKept }) => ({
    table,
    count: spotsSetAside + segmentsKept,
  }));
  const texts = damaged.filter(({ count }) => count > 0).map(({ table, count }) => `${table}=${count}`);
  return texts.length === 0 ? null : texts.join(', ');
}
