import type { BucketObject } from '../../../platform/buckets/index.ts';
import type { Instant } from '../../../platform/units/index.ts';
import type { Listing } from './delivery-plan.ts';
import { createWaitingState, type ManifestFile, type PlannedFile, type PlanState, READY } from './delivery-plan.ts';

/** A file named by a manifest. */
export interface NamedFile {
  readonly name: string;
  /** Null where the manifest states no size. */
  readonly sizeBytes: number | null;
}

export interface FileCheck {
  readonly listing: Listing;
  readonly manifest: ManifestFile;
  readonly named: readonly NamedFile[];
  /** The producer's id of the run: a file with this id in its key belongs only to this run. */
  readonly runId: string | null;
  readonly now: Instant;
}

export interface CheckedFiles {
  readonly files: readonly PlannedFile[];
  readonly state: PlanState;
}

/**
 * A run that overwrites the files of the previous run writes its manifest last. Files newer than their manifest are
 * therefore part of an incomplete next delivery. After this time without any change, copying explains the order of the
 * times instead.
 */
const SETTLED_MS = 15 * 60_000;

/** Selects exactly the files that a manifest names, and checks them against the manifest. */
export function checkFiles(check: FileCheck): CheckedFiles {
  const { listing, manifest, named } = check;
  const found = named.map((file) => ({ file, object: findNamedObject(listing, manifest.object.key, file.name) }));
  const present = found.flatMap(({ object }) => (object === null ? [] : [object]));
  const files = present.map(({ key, sizeBytes, etag }) => ({ key, sizeBytes, etag }));
  const missing = found.filter(({ object }) => object === null).map(({ file }) => file.name);
  if (missing.length > 0) return { files, state: createWaitingState(describeMissing(manifest, missing), 'missing') };
  const unlike = found.find(({ file, object }) => file.sizeBytes !== null && file.sizeBytes !== object?.sizeBytes);
  if (unlike !== undefined) {
    const { file, object } = unlike;
    const sizes = `${object?.sizeBytes} bytes, the manifest says ${file.sizeBytes}`;
    return { files, state: createWaitingState(`${object?.key} has ${sizes}`, 'disagrees') };
  }
  return { files, state: checkOverwritten(check, present) ?? READY };
}

function describeMissing(manifest: ManifestFile, missing: readonly string[]): string {
  const [first] = missing;
  const more = missing.length === 1 ? '' : ` and ${missing.length - 1} more`;
  return `${manifest.object.key} names ${first}${more}, which is not there`;
}

function checkOverwritten({ manifest, runId, now }: FileCheck, objects: readonly BucketObject[]): PlanState | null {
  const ofAnyRun = objects.filter(({ key }) => runId === null || !key.includes(runId));
  const newer = ofAnyRun.find(({ modifiedAt }) => modifiedAt > manifest.object.modifiedAt);
  if (newer === undefined || now - newer.modifiedAt >= SETTLED_MS) return null;
  return createWaitingState(
    `${newer.key} is newer than its manifest, so the next delivery is being written; taken with its manifest, or when nothing has changed for 15 minutes`,
  );
}

/**
 * The object that a manifest names, or null when it does not exist. Manifests name keys of the bucket to which they
 * were written (`s3://bucket/a/b.csv`, `/a/b.csv`, `a/b.csv`). In a copy of the bucket, or in a folder with a part of
 * it, the prefix of these keys is lost. The match is therefore the longest suffix of the name that exists in or below a
 * folder above the manifest. Example: manifest `2024/m.json` naming `exports/2024/x.csv` means `2024/x.csv` when there
 * is no `exports/2024/x.csv`.
 */
function findNamedObject(listing: Listing, manifestKey: string, named: string): BucketObject | null {
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
