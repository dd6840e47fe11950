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
  /** Unix milliseconds by the clock of the store; null for a folder. */
  readonly modifiedAt: number | null;
}

/** Half-open byte range. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/**
 * Artifacts, models and raw bill files, by key (`a/b/c`, never absolute, never `..`). A put is atomic: readers
 * see the old content or the new, and acknowledged content survives a crash.
 * Errors: `object_not_found`, `object_path_invalid`, `storage_full`; of a bucket `bucket_unreachable`,
 * `bucket_access_denied` and `bucket_object_changed` (another put of the same key came in between); where digests are kept
 * (`keepDigests`) also `object_damaged`.
 */
export interface Objects extends AsyncDisposable {
  /** `beforeVisible` gets the facts when all bytes are stored, before a reader can see them; when it rejects, none does. */
  put(key: string, content: Readable | Buffer | string, beforeVisible?: BeforeVisible): Promise<ObjectFacts>;
  open(key: string, range?: ByteRange): Promise<{ content: Readable; sizeBytes: number }>;
  /** Size of one object, or null when the key holds none. */
  size(key: string): Promise<number | null>;
  /** Size and digest of the bytes as they are now, read whole off the event loop; null when the key holds none. */
  digest(key: string): Promise<Omit<ObjectFacts, 'key'> | null>;
  /** Objects and folders directly under a folder key, sorted by name; empty when there are none. `''` is the root. */
  list(folderKey: string): Promise<ListedObject[]>;
  /** Removes an object, or a folder with all under it. Removing nothing is no error. */
  remove(key: string): Promise<void>;
  /** Moves one object and replaces any object at its new key. After a crash it is at its old key, its new one, or both. */
  rename(from: string, to: string): Promise<void>;
  /** Path on this machine for engines that read files themselves; null where objects are remote. */
  localPath(key: string): Promise<string | null>;
  /** Addresses for clients that read and write in the store themselves; null where they cannot, or shall not. */
  readonly direct: DirectAccess | null;
}

export type BeforeVisible = (facts: ObjectFacts) => Promise<void>;

/** A signed URL for a client. Its holder may do this one operation until it expires, without credentials. */
export interface SignedAddress {
  readonly url: string;
  /** To be sent with the request. */
  readonly headers: Readonly<Record<string, string>>;
}

/** Response headers that the store sends with an object to the client of a signed URL. */
export interface Presentation {
  readonly contentType: string;
  readonly contentDisposition: string;
}

export interface StoredPart {
  readonly partNumber: number;
  /** As the store answered the part's PUT; empty where it answers none. */
  readonly etag: string;
}

/** A multipart upload of the store. */
export interface DirectUpload {
  readonly key: string;
  /** Upload id of the store. */
  readonly storeId: string;
  /** Mark of the upload, stored with the object, so that a repeated completion is recognized. */
  readonly mark: string;
}

/** Direct transfers between client and store. The store guarantees that an object is complete or absent. */
export interface DirectAccess {
  /** For GET and ranges of it, for 15 minutes. Error: `object_not_found`. */
  download(key: string, presentation: Presentation): Promise<SignedAddress & { sizeBytes: number }>;
  beginUpload(key: string, mark: string): Promise<DirectUpload>;
  /** For PUT of the parts 1 to `parts`, in order, for an hour. */
  partAddresses(upload: DirectUpload, parts: number): Promise<SignedAddress[]>;
  /**
   * Makes the object of its parts; doing it again is no error. Errors: `invalid_request` for parts that are not there,
   * `payload_too_large`, `upload_not_found`.
   */
  completeUpload(upload: DirectUpload, parts: readonly StoredPart[], maxBytes: number): Promise<void>;
  /** Removes the parts of the upload. Aborting an upload that no longer exists is no error. */
  abortUpload(upload: DirectUpload): Promise<void>;
}
