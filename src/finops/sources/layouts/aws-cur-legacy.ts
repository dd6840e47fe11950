import type { Instant } from '../../../platform/units/index.ts';
import { CurManifest, parseRunTime } from './aws-manifests.ts';
import { checkFiles } from './check-files.ts';
import { formatMonth, parseInstant } from './dates.ts';
import {
  createIgnoredState,
  createWaitingState,
  type DeliveryPlan,
  type Listing,
  type ManifestFile,
} from './delivery-plan.ts';
import { type KeyPlace, parseKeyPlace } from './place-of-key.ts';
import { readManifest } from './read-manifest.ts';

type CurPlace = Extract<KeyPlace, { kind: 'curManifest' }>;

/**
 * AWS Cost and Usage Reports (legacy): the manifest in the folder of the period names the current assembly and its
 * files; every update contains the whole month to date. Without it, the copy in the folder of an assembly is used.
 */
export function planAwsCurLegacy(listing: Listing, manifests: readonly ManifestFile[], now: Instant): DeliveryPlan[] {
  const placed = manifests.flatMap((manifest) => {
    const place = parseKeyPlace(manifest.object.key);
    return place.kind === 'curManifest' ? [{ manifest, place }] : [];
  });
  const withTop = new Set(placed.filter(({ place }) => !place.isAssemblyCopy).map(({ place }) => place.folder));
  return placed
    .filter(({ place }) => !place.isAssemblyCopy || !withTop.has(place.folder))
    .map(({ manifest, place }) => buildCurPlan(listing, manifest, place, now));
}

function buildCurPlan(listing: Listing, manifest: ManifestFile, place: CurPlace, now: Instant): DeliveryPlan {
  const read = readManifest(CurManifest, manifest);
  if ('unreadable' in read)
    return { ...buildCurBase(manifest, place), state: createWaitingState(read.unreadable, 'disagrees') };
  const { assemblyId, account, reportName, billingPeriod, reportKeys } = read.content;
  const start = parseInstant(billingPeriod?.start ?? '');
  const producedAt = parseRunTime(assemblyId);
  const named = reportKeys.map((name) => ({ name, sizeBytes: null }));
  return {
    ...buildCurBase(manifest, place),
    exportName: reportName ?? parseReportName(place),
    scope: account ?? 'default',
    ...(start === null ? {} : { period: formatMonth(start) }),
    producerId: assemblyId,
    ...(producedAt === null ? {} : { producedAt, producedAtStated: true }),
    ...checkFiles({ listing, manifest, named, runId: assemblyId, now }),
    ...(named.length === 0 ? { state: createIgnoredState('the manifest names no file') } : {}),
  };
}

function buildCurBase({ object, sha256 }: ManifestFile, place: CurPlace): Omit<DeliveryPlan, 'state'> {
  return {
    layout: 'awsCurLegacy',
    origin: object.key,
    exportName: parseReportName(place),
    dataset: null,
    scope: 'default',
    period: parseFolderPeriod(place.folder),
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

function parseReportName({ folder }: CurPlace): string {
  return folder.split('/').at(-2) ?? 'default';
}

function parseFolderPeriod(folder: string): string | null {
  const start = parseInstant((folder.split('/').at(-1) ?? '').slice(0, 8));
  return start === null ? null : formatMonth(start);
}
