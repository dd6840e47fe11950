import { createHash } from 'node:crypto';
import type { BucketObject } from '../../../platform/buckets/index.ts';
import type { Instant } from '../../../platform/units/index.ts';
import { buildChargeDates, formatMonth, parseDateFolder } from './dates.ts';
import {
  createIgnoredState,
  createWaitingState,
  type DeliveryPlan,
  type KnownLayout,
  type Listing,
  type PlannedFile,
  READY,
} from './delivery-plan.ts';
import { type KeyPlace, parseKeyPlace } from './place-of-key.ts';

/** Conditions for importing files without a manifest. */
export interface Settling {
  readonly now: Instant;
  /** Time without a change after which files count as complete, milliseconds; 0 accepts them immediately. */
  readonly settleMs: number;
}

/** Settling time of a plain folder, because a copy into it can be in progress during the sync. */
export const SETTLE_MS = 60_000;

type Dated = Extract<KeyPlace, { kind: 'dated' }>;
interface DatedFile {
  readonly object: BucketObject;
  readonly place: Dated;
}

/**
 * Bill files in dated folders without a manifest. Azure's exports without partitions are `<export>_<guid>.csv` there,
 * each run one complete file, so the newest counts. Other files are early: their manifest is still to come.
 */
export function planDated(
  listing: Listing,
  manifestKeys: readonly string[],
  layouts: { readonly azure: boolean },
  settling: Settling,
): DeliveryPlan[] {
  const manifested = new Set(manifestKeys.flatMap(listFoldersAbove));
  const dated = [...listing.values()].flatMap((object): DatedFile[] => {
    const place = parseKeyPlace(object.key);
    return place.kind === 'dated' && !manifested.has(place.folder) ? [{ object, place }] : [];
  });
  const folders = Map.groupBy(dated, ({ place }) => place.folder);
  return [...folders.values()].map((files) => planFolder(files, layouts.azure, settling));
}

function listFoldersAbove(key: string): string[] {
  const segments = key.split('/').slice(0, -1);
  return segments.map((_, index) => segments.slice(0, index + 1).join('/'));
}

const WHOLE_FILE = /_[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\.(csv|csv\.gz)$/i;

function planFolder(files: readonly DatedFile[], isAzure: boolean, settling: Settling): DeliveryPlan {
  const whole = files.filter(({ object, place }) => isAzure && place.isDirect && WHOLE_FILE.test(object.key));
  const [newest] = whole.toSorted((one, other) => other.object.modifiedAt - one.object.modifiedAt);
  const [first] = files;
  if (newest !== undefined) return planWholeFile(newest, settling);
  if (first === undefined) throw new Error('a folder is made of its files');
  const layout = isAzure ? 'azureExport' : 'awsCurLegacy';
  return { ...buildDatedPlan(first, layout), state: createWaitingState(`no manifest in ${first.place.folder} yet`) };
}

function planWholeFile(file: DatedFile, settling: Settling): DeliveryPlan {
  const { object } = file;
  const runId = /_([0-9a-f-]{36})\.csv/i.exec(object.key)?.[1] ?? null;
  return {
    ...buildDatedPlan(file, 'azureExport'),
    producerId: runId,
    files: [toPlannedFile(object)],
    state: areSettled([object], settling),
  };
}

function buildDatedPlan({ object, place }: DatedFile, layout: KnownLayout): Omit<DeliveryPlan, 'state'> {
  const dates = parseDateFolder(place.folder.split('/').at(-1) ?? '');
  return {
    layout,
    origin: place.folder,
    exportName: place.exportName,
    dataset: null,
    scope: 'default',
    period: dates === null ? null : formatMonth(dates.first),
    producerId: null,
    producedAt: object.modifiedAt,
    producedAtStated: false,
    coverage: dates === null ? null : buildChargeDates(dates.first, dates.last),
    files: [],
    expectedRows: null,
    contentHash: hashOfObjects([object]),
    changedAt: object.modifiedAt,
  };
}

/** Partitions that a Cost and Usage Report makes for Athena, before its first manifest. */
export function planEarlyPartitions(listing: Listing): DeliveryPlan[] {
  const early = new Map<string, DeliveryPlan>();
  for (const object of listing.values()) {
    const place = parseKeyPlace(object.key);
    if (place.kind !== 'curPartition') continue;
    const reason = `no manifest of ${place.exportName} has come yet; it is delivered after the files`;
    const plan = { ...buildPlainPlan([object]), layout: 'awsCurLegacy' as const, exportName: place.exportName };
    early.set(place.root, { ...plan, origin: place.root, files: [], state: createWaitingState(reason) });
  }
  return [...early.values()];
}

/** All bill files below the prefix form one delivery; the rows determine their billing periods. */
export function planPlainFiles(objects: readonly BucketObject[], settling: Settling): DeliveryPlan[] {
  if (objects.length === 0) return [];
  return [{ ...buildPlainPlan(objects), state: areSettled(objects, settling) }];
}

/**
 * Bill files next to exports that no manifest can name: reported as ignored, so that an operator does not mistake them
 * for counted.
 */
export function planStrays(objects: readonly BucketObject[]): DeliveryPlan[] {
  const [first] = objects;
  if (first === undefined) return [];
  const files = objects.length === 1 ? first.key : `${first.key} and ${objects.length - 1} more`;
  const reason = `${files}: no manifest names it; read such files through a separate source with "layout: files"`;
  return [{ ...buildPlainPlan(objects), files: [], state: createIgnoredState(reason) }];
}

function buildPlainPlan(objects: readonly BucketObject[]): Omit<DeliveryPlan, 'state'> {
  const changedAt = Math.max(...objects.map(({ modifiedAt }) => modifiedAt));
  return {
    layout: 'files',
    origin: '',
    exportName: 'default',
    dataset: null,
    scope: 'default',
    period: null,
    producerId: null,
    producedAt: changedAt,
    producedAtStated: false,
    coverage: null,
    files: objects.map(toPlannedFile),
    expectedRows: null,
    contentHash: hashOfObjects(objects),
    changedAt,
  };
}

function toPlannedFile({ key, sizeBytes, etag }: BucketObject): PlannedFile {
  return { key, sizeBytes, etag };
}

function areSettled(objects: readonly BucketObject[], { now, settleMs }: Settling) {
  const fresh = objects.find(({ modifiedAt }) => now - modifiedAt < settleMs);
  if (fresh === undefined) return READY;
  return createWaitingState(`${fresh.key} has just changed; taken when nothing has changed for a minute`);
}

/** Changes when an object changes or is replaced by a different one. */
function hashOfObjects(objects: readonly BucketObject[]): string {
  const hash = createHash('sha256');
  for (const { key, sizeBytes, etag } of objects) hash.update(JSON.stringify([key, sizeBytes, etag]));
  return hash.digest('hex');
}
