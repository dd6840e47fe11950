import type { BucketObject } from '../../../platform/buckets/index.ts';
import type { Instant } from '../../../platform/units/index.ts';
import {
  createWaitingState,
  type Listing,
  type ManifestFile,
  type PlannedFile,
  type PlanState,
  READY,
} from './delivery-plan.ts';
import { findNamedObject } from './named-files.ts';

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
