import type { BucketObject } from '../../../platform/buckets/index.ts';
import type { Listing } from './delivery-plan.ts';

/**
 * The object that a manifest names, or null when it does not exist. Manifests name keys of the bucket to which they
 * were written (`s3://bucket/a/b.csv`, `/a/b.csv`, `a/b.csv`). In a copy of the bucket, or in a folder with a part of
 * it, the prefix of these keys is lost. The match is therefore the longest suffix of the name that exists in or below a
 * folder above the manifest. Example: manifest `2024/m.json` naming `exports/2024/x.csv` means `2024/x.csv` when there
 * is no `exports/2024/x.csv`.
 */
export function findNamedObject(listing: Listing, manifestKey: string, named: string): BucketObject | null {
  const wanted = splitKey(named);
  const above = manifestKey.split('/').slice(0, -1);
  for (let from = 0; from < wanted.length; from += 1) {
    for (let depth = from === 0 ? 0 : above.length; depth >= 0 && depth <= above.length; depth += from === 0 ? 1 : -1) {
      if (!isSamePlace(wanted, from, above, depth)) continue;
      const object = listing.get([...above.slice(0, depth), ...wanted.slice(from)].join('/'));
      if (object !== undefined) return object;
    }
  }
  return null;
}

/**
 * True when the suffix of a name from `from` on may be looked up in the folder of that depth: the folder is the root of
 * the copy, it has the same name as in the key, or the next folder does. Otherwise a file of a different delivery with
 * the same suffix could match.
 */
function isSamePlace(wanted: readonly string[], from: number, above: readonly string[], depth: number): boolean {
  if (from === 0 || depth === 0) return true;
  const nextIsSame = from < wanted.length - 1 && above[depth] === wanted[from];
  return above[depth - 1] === wanted[from - 1] || nextIsSame;
}

/** `s3://bucket/a/b.csv`, `https://account/container/a/b.csv`, `/a/b.csv` -> a, b.csv. Ignores surrounding blanks. */
function splitKey(named: string): string[] {
  const text = named
    .trim()
    .replace(/^s3a?:\/\/[^/]+\//i, '')
    .replace(/^https?:\/\/[^/]+\/[^/]+\//i, '');
  return text.split('/').filter((segment) => segment !== '');
}
