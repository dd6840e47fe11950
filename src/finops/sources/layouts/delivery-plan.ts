import type { BucketObject } from '../../../platform/buckets/index.ts';
import type { Instant } from '../../../platform/units/index.ts';
import type { ChargeDates } from '../../billing/index.ts';
import type { BillDataset, Layout } from '../schema.ts';

/** Layouts that define which files form a delivery; `auto` detects the layout. */
export type KnownLayout = Exclude<Layout, 'auto'>;

/** A file of a delivery, as listed. */
export interface PlannedFile {
  readonly key: string;
  readonly sizeBytes: number;
  /** Planned version; reading a different version fails. */
  readonly etag: string;
}

/**
 * - `ready`: all files exist and match the manifest.
 * - `waiting`: not ready yet. `fault` is `missing` when the manifest names a file that does not exist, and `disagrees` when
 *   manifest and files differ otherwise; null while the producer is still writing.
 * - `superseded`: a newer delivery contains all of it.
 * - `ignored`: not a bill.
 */
export type PlanState =
  | { readonly kind: 'ready' }
  | { readonly kind: 'waiting'; readonly reason: string; readonly fault: Fault | null }
  | { readonly kind: 'superseded'; readonly reason: string }
  | { readonly kind: 'ignored'; readonly reason: string };

export type Fault = 'missing' | 'disagrees';

/** One delivery as found in a bucket: the files that a manifest names, or the files of a folder. */
export interface DeliveryPlan {
  readonly layout: KnownLayout;
  /** Key of the manifest, or prefix of the folder, from which the plan was read. */
  readonly origin: string;
  readonly exportName: string;
  /** Null: the format of the files determines it. */
  readonly dataset: BillDataset | null;
  readonly scope: string;
  /** YYYY-MM as the manifest declares it; null: the rows determine it. */
  readonly period: string | null;
  /** The producer's id of this delivery; null where it gives none. */
  readonly producerId: string | null;
  /** Production time at the producer. */
  readonly producedAt: Instant;
  /** False where only the time of an object is known; a copy changes it. */
  readonly producedAtStated: boolean;
  /** Covered charge dates; null for the whole period. */
  readonly coverage: ChargeDates | null;
  readonly files: readonly PlannedFile[];
  /** Data rows declared by the manifest, over all files; null where it does not count them. */
  readonly expectedRows: number | null;
  /** Changes with the delivery: SHA-256 of the manifest, or of keys and etags. */
  readonly contentHash: string;
  /** Last change of its newest part; the waiting time starts here. */
  readonly changedAt: Instant;
  readonly state: PlanState;
}

/** Everything under the location, by key. */
export type Listing = ReadonlyMap<string, BucketObject>;

/** The text of a manifest and its object. */
export interface ManifestFile {
  readonly object: BucketObject;
  readonly text: string;
  /** SHA-256 of the text, lower-case hex. */
  readonly sha256: string;
}

export function createWaitingState(reason: string, fault: Fault | null = null): PlanState {
  return { kind: 'waiting', reason, fault };
}

export function createIgnoredState(reason: string): PlanState {
  return { kind: 'ignored', reason };
}

export const READY: PlanState = { kind: 'ready' };
