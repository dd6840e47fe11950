import type { Readable } from 'node:stream';
import type { AppError } from '../errors/index.ts';
import type { FileState, StagedFile } from './lake.ts';
import type { PlaceRecord } from './place-records.ts';

/** Facts of a file that the engine wrote. */
export type WrittenFile = Pick<StagedFile, 'sizeBytes' | 'sha256' | 'stamp'>;

/**
 * Where the Parquet files of a lake are kept: a folder, or a bucket with copies in a folder. Paths are relative to it
 * (`table/id.parquet`). Errors of a bucket: those of `Objects`.
 */
export interface LakePlace extends AsyncDisposable {
  /** Folder that the engine reads from and writes new files to. */
  readonly root: string;
  /** Path of an open file. */
  pathOf(file: Pick<StagedFile, 'path'>): string;
  /** Makes a file that the engine wrote durable: a manifest may name it from then on. */
  admit(path: string): Promise<WrittenFile>;
  /** Checks, without reading them, that files may be used. Error: `lake_file_damaged`. */
  assertUsable(files: readonly StagedFile[]): Promise<void>;
  /** Puts files below `root`, intact; they stay there until they are released. Error: `lake_file_damaged`. */
  open(files: readonly StagedFile[]): Promise<void>;
  /** Ends one `open` of these files. */
  release(files: readonly StagedFile[]): Promise<void>;
  /** Removes files below `root` that can be loaded again. True when there were some. */
  makeRoom(): Promise<boolean>;
  /** Reads files whole after the engine failed on them: the error that explains it, or null when they are intact. */
  explainFailure(files: readonly StagedFile[], cause: unknown): Promise<AppError | null>;
  /** The file of a path has other facts from now on. */
  forget(path: string): void;
  /** Reads a file whole. `readWhole`: its rows as the engine reads all of them, for a file without a digest. */
  inspect(file: StagedFile, readWhole: (path: string) => Promise<number>): Promise<FileState>;
  /** Puts a rebuilt file in the place of a damaged one. */
  replace(damaged: StagedFile, rebuilt: StagedFile): Promise<WrittenFile>;
  /** The bytes of a file as they are. Rejects when there are none. */
  read(file: StagedFile): Promise<Readable>;
  /** Puts the bytes of a file of another place to its path, whole or not at all; `inspect` tells whether they arrived. */
  receive(file: StagedFile, content: Readable): Promise<void>;
  /** Stamp for the manifest entry of a file that `inspect` has found intact. */
  findStamp(file: StagedFile): Promise<string | null>;
  /** Takes a place for this installation. Error: `lake_of_another_installation`. */
  claim(record: PlaceRecord): Promise<void>;
  /** Gives a place without files back. */
  giveUp(record: PlaceRecord): Promise<void>;
  /** Removing nothing is no error. */
  remove(path: string): Promise<void>;
  /** Writes an empty file. */
  mark(path: string): Promise<void>;
  /** Every file, with the marks; in no order. */
  list(): Promise<PlacedFile[]>;
}

export interface PlacedFile {
  readonly path: string;
  /** Time of the last write in Unix milliseconds; null when the file is gone. */
  readonly modifiedAt: () => Promise<number | null>;
}
