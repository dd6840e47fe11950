import type { Instant } from '../../../platform/units/index.ts';
import { AzureManifest, type AzureRun, describeAzureRun, runOfPath } from './azure-manifest.ts';
import { checkFiles } from './check-files.ts';
import { formatMonth } from './dates.ts';
import {
  createIgnoredState,
  createWaitingState,
  type DeliveryPlan,
  type Listing,
  type ManifestFile,
  type PlanState,
} from './delivery-plan.ts';
import { readManifest } from './read-manifest.ts';

/**
 * Azure Cost Management exports with a manifest in the folder of each run, with or without partitions, and with or
 * without overwriting. The location of the folder does not matter, because the manifest describes the run.
 */
export function planAzureExport(listing: Listing, manifests: readonly ManifestFile[], now: Instant): DeliveryPlan[] {
  return manifests.map((manifest) => buildAzurePlan(listing, manifest, now));
}

function buildAzurePlan(listing: Listing, file: ManifestFile, now: Instant): DeliveryPlan {
  const read = readManifest(AzureManifest, file);
  if ('unreadable' in read)
    return { ...buildUnreadablePlan(file), state: createWaitingState(read.unreadable, 'disagrees') };
  const manifest = read.content;
  const run = describeAzureRun(manifest);
  const named = manifest.blobs.map(({ blobName, byteCount }) => ({ name: blobName, sizeBytes: byteCount ?? null }));
  const { files, state } = checkFiles({ listing, manifest: file, named, runId: run.runId, now });
  return {
    ...buildUnreadablePlan(file),
    exportName: run.exportName,
    dataset: run.table?.dataset ?? null,
    scope: run.scope,
    period: run.period,
    producerId: run.runId,
    ...(run.submittedAt === null ? {} : { producedAt: run.submittedAt, producedAtStated: true }),
    coverage: run.coverage,
    files,
    expectedRows: manifest.dataRowCount ?? sumOrNull(manifest.blobs.map(({ dataRowCount }) => dataRowCount ?? null)),
    state: checkIsBill(manifest, run) ?? checkTotals(file, manifest) ?? state,
  };
}

/** Plan of a run whose manifest cannot be read yet. */
function buildUnreadablePlan({ object, sha256 }: ManifestFile): Omit<DeliveryPlan, 'state'> {
  const path = runOfPath(object.key);
  return {
    layout: 'azureExport',
    origin: object.key,
    exportName: path.exportName ?? 'default',
    dataset: null,
    scope: 'default',
    period: path.first === null ? null : formatMonth(path.first),
    producerId: path.runId,
    producedAt: object.modifiedAt,
    producedAtStated: false,
    coverage: null,
    files: [],
    expectedRows: null,
    contentHash: sha256,
    changedAt: object.modifiedAt,
  };
}

function checkIsBill({ exportConfig, blobs }: AzureManifest, run: AzureRun): PlanState | null {
  if (run.table === null) return createIgnoredState(`${exportConfig?.type ?? 'its type'} is no bill`);
  return blobs.length === 0 ? createIgnoredState('the manifest names no file') : null;
}

/**
 * The totals of a manifest must match the sums of its file list; otherwise the manifest does not belong to these files.
 */
function checkTotals(
  { object }: ManifestFile,
  { blobCount, byteCount, dataRowCount, blobs }: AzureManifest,
): PlanState | null {
  const bytes = sumOrNull(blobs.map((blob) => blob.byteCount ?? null));
  const rows = sumOrNull(blobs.map((blob) => blob.dataRowCount ?? null));
  const differs = (said: number | undefined, counted: number | null) =>
    said !== undefined && counted !== null && said !== counted;
  if (differs(blobCount, blobs.length))
    return createWaitingState(`${object.key} counts ${blobCount} files and lists ${blobs.length}`, 'disagrees');
  if (differs(byteCount, bytes))
    return createWaitingState(`${object.key} counts ${byteCount} bytes and lists ${bytes}`, 'disagrees');
  if (differs(dataRowCount, rows))
    return createWaitingState(`${object.key} counts ${dataRowCount} rows and lists ${rows}`, 'disagrees');
  return null;
}

/** Null if any of them is unknown. */
function sumOrNull(counts: readonly (number | null)[]): number | null {
  return counts.reduce<number | null>((sum, count) => (sum === null || count === null ? null : sum + count), 0);
}
