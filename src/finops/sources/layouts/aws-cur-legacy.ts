import type { Instant } from '../../../platform/units/index.ts';
import { CurManifest, timeOfRun } from './aws-manifests.ts';
import { checkFiles } from './check-files.ts';
import { instantOf, monthOf } from './dates.ts';
import { type DeliveryPlan, ignored, type Listing, type ManifestFile, waiting } from './delivery-plan.ts';
import { type KeyPlace, placeOfKey } from './place-of-key.ts';
import { readManifest } from './read-manifest.ts';

type CurPlace = Extract<KeyPlace, { kind: 'curManifest' }>;

/**
 * AWS Cost and Usage Reports (legacy): the manifest in the folder of the period names the current assembly and its
 * files; every update contains the whole month to date. Without it, the copy in the folder of an assembly is used.
 */
export function planAwsCurLegacy(listing: Listing, manifests: readonly ManifestFile[], now: Instant): DeliveryPlan[] {
  const placed = manifests.flatMap((manifest) => {
    const place = placeOfKey(manifest.object.key);
    return place.kind === 'curManifest' ? [{ manifest, place }] : [];
  });
  const withTop = new Set(placed.filter(({ place }) => !place.isAssemblyCopy).map(({ place }) => place.folder));
  return placed
    .filter(({ place }) => !place.isAssemblyCopy || !withTop.has(place.folder))
    .map(({ manifest, place }) => planOf(listing, manifest, place, now));
}

function planOf(listing: Listing, manifest: ManifestFile, place: CurPlace, now: Instant): DeliveryPlan {
  const read = readManifest(CurManifest, manifest);
  if ('unreadable' in read) return { ...base(manifest, place), state: waiting(read.unreadable, 'disagrees') };
  const { assemblyId, account, reportName, billingPeriod, reportKeys } = read.content;
  const start = instantOf(billingPeriod?.start ?? '');
  const producedAt = timeOfRun(assemblyId);
  const named = reportKeys.map((name) => ({ name, sizeBytes: null }));
  return {
    ...base(manifest, place),
    exportName: reportName ?? reportOf(place),
    scope: account ?? 'default',
    ...(start === null ? {} : { period: monthOf(start) }),
    producerId: assemblyId,
    ...(producedAt === null ? {} : { producedAt, producedAtStated: true }),
    ...checkFiles({ listing, manifest, named, runId: assemblyId, now }),
    ...(named.length === 0 ? { state: ignored('the manifest names no file') } : {}),
  };
}

function base({ object, sha256 }: ManifestFile, place: CurPlace): Omit<DeliveryPlan, 'state'> {
  return {
    layout: 'awsCurLegacy',
    origin: object.key,
    exportName: reportOf(place),
    dataset: null,
    scope: 'default',
    period: periodOf(place.folder),
    producerId: null,
    producedAt: object.modifiedAt,
    producedAtStated: false,
    coverage: null,
    files: [],
    expectedRows: null,
    contentHash: sha256,
    changedAt: object.modifiedAt,
  };
}

function reportOf({ folder }: CurPlace): string {
  return folder.split('/').at(-2) ?? 'default';
}

function periodOf(folder: string): string | null {
  const start = instantOf((folder.split('/').at(-1) ?? '').slice(0, 8));
  return start === null ? null : monthOf(start);
}
