import type { Readable } from 'node:stream';

/** An object as a listing showed it. */
export interface BucketObject {
  /**
   * Full key in the bucket (below the path, for a folder), `/`-separated, without a leading slash. A configured `prefix`
   * is part of the key: it limits listing and reading but does not shorten keys, because manifests name objects in full.
   */
  readonly key: string;
  readonly sizeBytes: number;
  /** Changes whenever the content does; compared as opaque text. */
  readonly etag: string;
  /** Unix milliseconds. */
  readonly modifiedAt: number;
}

/**
 * A read-only source that other programs write to: a folder, an S3 bucket, an Azure Blob container.
 * Errors: `bucket_unreachable` (after retries where they may help: throttling, resets, 5xx), `bucket_access_denied`
 * (wrong, missing or expired credentials), `bucket_not_found`, `bucket_object_not_found`, `bucket_object_changed`.
 */
export interface Bucket extends AsyncDisposable {
  /** How a person would name it: `s3://bills/prefix`. Never holds a credential. */
  readonly shown: string;
  /**
   * Every object whose key starts with a prefix, in the order of the keys' UTF-8 bytes, page by page; an empty prefix lists
   * everything below the configured one. Left out: the empty objects `…/` that consoles make to show a folder. Azure orders
   * characters above U+FFFF as UTF-16 does, and lists accounts with hierarchical namespace folder by folder.
   */
  list(prefix: string): AsyncIterable<BucketObject>;
  /**
   * The content of an object, streamed. With an etag the bytes are those of that version or the read fails with
   * `bucket_object_changed`, also when the object changes or is cut off while it is read.
   */
  read(key: string, etag?: string): Promise<Readable>;
}
