import type { Sql } from '../store/index.ts';

/** Right of one server to acknowledge rows into its journal; another server takes the journal over when it is over. */
export interface JournalLease {
  /** False from a moment on that is before the takeover by another server can begin. One look at a clock of this process. */
  isHeld(): boolean;
  /**
   * Whether rows that are on the disk by now will be found by a takeover, also without the lease; asks the file system. Without it rows are
   * acknowledged only while the lease is held.
   */
  readonly isUntaken?: () => Promise<boolean>;
}

/**
 * A journal next to the journals of other servers of one store and lake, on a folder that all of them reach. Every reader sees the rows that any of
 * them acknowledged; each server settles its own journal.
 */
export interface SharedJournal extends JournalLease {
  /** Folders, each with one folder a table, of the journals of other servers and of earlier processes of this one. */
  readonly others: () => Promise<readonly string[]>;
  /** Throws in the transaction that moves rows into the lake, when another server has taken the journal over. */
  readonly assertHeld: (sql: Sql) => Promise<void>;
  /**
   * Time for which a settled segment stays on the disk, in milliseconds: readers on other servers listed it before. Longer than any query. Its
   * record stays for the same time after the file.
   */
  readonly keepMs: number;
}
