import type { Sql } from '../store/index.ts';
import type { LakeReader, LakeTable, StagedFile } from './lake.ts';
import type { RelationNames } from './named-files.ts';

/** Column of the position of a row in its file (0-based), in files of a lake that a distributed engine reads: it cannot number rows itself. */
export const POSITION = 'steelyard_row';

/** An engine of several machines that reads the files of a lake in its bucket. */
export interface DistributedEngine {
  /** Publishes, in the transaction of a swap, the files of the manifest after the swap of this number. */
  publish(sql: Sql, table: LakeTable, sequence: number, files: readonly StagedFile[]): Promise<void>;
  /** The same after a change other than a swap, by the name of the table. */
  publishAgain(sql: Sql, table: string): Promise<void>;
  /** Removes metadata that outside readers no longer need. `now`: Unix milliseconds. */
  sweep(now: number): Promise<void>;
  /** Reads relations that `names` wrote; `local` reads all others. */
  open(parts: { readonly names: RelationNames; readonly local: LakeReader }): LakeReader;
}
