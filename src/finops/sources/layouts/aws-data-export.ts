import type { Instant } from '../../../platform/units/index.ts';
import { DataExportManifest, parseArnAccount, parseRunTime } from './aws-manifests.ts';
import { checkFiles } from './check-files.ts';
import {
  createIgnoredState,
  createWaitingState,
  type DeliveryPlan,
  type Listing,
  type ManifestFile,
} from './delivery-plan.ts';
import { type KeyPlace, parseKeyPlace } from './place-of-key.ts';
import { readManifest } from './read-manifest.ts';

type DataExportPlace = Extract<KeyPlace, { kind: 'dataExport' }>;

/**
 * AWS Data Exports (CUR 2.0, FOCUS): one manifest per billing period, rewritten at each refresh and delivered after its
 * files. In overwrite mode the files keep their names. In create-new mode each refresh has a separate folder, and
 * copies of older manifests can exist in folders next to the newest one.
 */
export function planAwsDataExport(listing: Listing, manifests: readonly ManifestFile[], now: Instant): DeliveryPlan[] {
  const planned = manifests.flatMap((manifest) => {
    const place = parseKeyPlace(manifest.object.key);
    return place.kind === 'dataExport' ? [{ place, plan: buildDataExportPlan(listing, manifest, place, now) }] : [];
  });
  const known = new Set(planned.map(({ place }) => buildPeriodKey(place)));
  return [...dropCopies(planned.map(({ plan }) => plan)), ...planWithoutManifest(listing, known)];
}

function buildDataExportPlan(
  listing: Listing,
  manifest: ManifestFile,
  place: DataExportPlace,
  now: Instant,
): DeliveryPlan {
  const read = readManifest(DataExportManifest, manifest);
  if ('unreadable' in read)
    return { ...buildDataExportBase(manifest, place), state: createWaitingState(read.unreadable, 'disagrees') };
  const { executionId = null, exportArn, exportName, dataFiles, reportKeys } = read.content;
  const named = dataFiles ?? reportKeys ?? [];
  const stated = named.flatMap((name) => name.split('/')).map(parseRunTime);
  const producedAt = parseRunTime(executionId ?? '') ?? stated.find((time) => time !== null) ?? null;
  const files = named.map((name) => ({ name, sizeBytes: null }));
  const checked = checkFiles({ listing, manifest, named: files, runId: executionId, now });
  return {
    ...buildDataExportBase(manifest, place),
    exportName: exportName ?? place.exportName,
    scope: parseArnAccount(exportArn) ?? 'default',
    producerId: executionId,
    ...(producedAt === null ? {} : { producedAt, producedAtStated: true }),
    ...checked,
    ...(named.length === 0 ? { state: createIgnoredState('the manifest names no file') } : {}),
  };
}

function buildDataExportBase({ object, sha256 }: ManifestFile, place: DataExportPlace): Omit<DeliveryPlan, 'state'> {
  return {
    layout: 'awsDataExport',
    origin: object.key,
    exportName: place.exportName,
    dataset: null,
    scope: 'default',
    period: place.period,
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

/**
 * In create-new mode the newest manifest exists twice: in the folder of its period and in the folder of its execution.
 */
function dropCopies(plans: readonly DeliveryPlan[]): DeliveryPlan[] {
  const seen = new Set<string>();
  return plans.filter(({ exportName, period, contentHash }) => {
    const id = JSON.stringify([exportName, period, contentHash]);
    const isNew = !seen.has(id);
    seen.add(id);
    return isNew;
  });
}

function planWithoutManifest(listing: Listing, known: ReadonlySet<string>): DeliveryPlan[] {
  const early = new Map<string, DeliveryPlan>();
  for (const object of listing.values()) {
    const place = parseKeyPlace(object.key);
    if (place.kind !== 'dataExport' || place.isManifest || known.has(buildPeriodKey(place))) continue;
    const reason = `no manifest of ${place.exportName} for ${place.period} has come yet; it is delivered after the files`;
    const manifest = { object, text: '', sha256: '' };
    early.set(buildPeriodKey(place), { ...buildDataExportBase(manifest, place), state: createWaitingState(reason) });
  }
  return [...early.values()];
}

function buildPeriodKey({ root, period }: DataExportPlace): string {
  return JSON.stringify([root, period]);
}
