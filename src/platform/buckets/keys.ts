import { AppError } from '../errors/index.ts';

/**
 * The order of keys in every bucket: by their UTF-8 bytes, as S3 and Azure Blob list them. JavaScript's default order differs:
 * it puts U+1F600 before U+FF01.
 */
export function compareKeys(one: string, other: string): number {
  return Buffer.compare(Buffer.from(one), Buffer.from(other));
}

/** The configured prefix as a folder: `exports` and `/exports/` -> `exports/`; no prefix -> ``. */
export function toFolderPrefix(prefix: string | undefined): string {
  const trimmed = (prefix ?? '').replace(/^\/+|\/+$/g, '');
  return trimmed === '' ? '' : `${trimmed}/`;
}

/**
 * Prefix for the listing request, so that all results are below both the configured folder and the wanted prefix; null when
 * none can be. Example: folder `a/b/`, wanted `a/` -> `a/b/`; wanted `a/b/c` -> `a/b/c`; wanted `x` -> null.
 */
export function computeListingPrefix(folder: string, wanted: string): string | null {
  if (wanted.startsWith(folder)) return wanted;
  return folder.startsWith(wanted) ? folder : null;
}

/** Consoles and Hadoop create empty objects whose key ends in `/` to show a folder; they have no content. */
export function isFolderMarker(key: string): boolean {
  return key.endsWith('/');
}

export function requireInside(folder: string, key: string): void {
  if (key.startsWith(folder)) return;
  throw new AppError('object_path_invalid', `"${shorten(key)}" is not below the configured prefix "${folder}".`, {
    key,
  });
}

export function shorten(key: string): string {
  return key.length > 300 ? `${key.slice(0, 300)}…` : key;
}
