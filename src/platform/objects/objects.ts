import type { Readable } from 'node:stream';

export interface ObjectFacts {
  readonly key: string;
  readonly sizeBytes: number;
  /** Lower-case hex. */
  readonly sha256: string;
}

export interface ListedObject {
  /** Last segment of the key. */
  readonly name: string;
  readonly isFolder: boolean;
  /** null for a folder. */
  readonly sizeBytes: number | null;
}

/** Half-open byte range. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/**
 * Artifacts, models and raw bill files, by key (`a/b/c`, never absolute, never `..`). A put is whole or absent: readers
 * see the old content or the new, and what was acknowledged survives a crash.
 * Errors: `object_not_found`, `object_path_invalid`, `storage_full`.
 */
export interface Objects {
  put(key: string, content: Readable | Buffer | string): Promise<ObjectFacts>;
  open(key: string, range?: ByteRange): Promise<{ content: Readable; sizeBytes: number }>;
  /** Size of one object, or null when the key holds none. */
  size(key: string): Promise<number | null>;
  /** What lies directly under a folder key, sorted by name; empty when nothing does. `''` is the root. */
  list(folderKey: string): Promise<ListedObject[]>;
  /** Removes an object, or a folder with all under it. Removing nothing is no error. */
  remove(key: string): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  /** Path on this machine for engines that read files themselves; null where objects are remote. */
  localPath(key: string): Promise<string | null>;
}
