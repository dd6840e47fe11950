import type { BucketObject } from '../../../platform/buckets/index.ts';
import type { Layout } from '../schema.ts';
import { planAwsCurLegacy } from './aws-cur-legacy.ts';
import { planAwsDataExport } from './aws-data-export.ts';
import { planAzureExport } from './azure-export.ts';
import { containsDates } from './dates.ts';
import type { DeliveryPlan, KnownLayout, Listing, ManifestFile } from './delivery-plan.ts';
import { type KeyPlace, parseKeyPlace } from './place-of-key.ts';
import { planDated, planEarlyPartitions, planPlainFiles, planStrays, type Settling } from './without-manifest.ts';

/** Configured values that replace those of manifests and paths. */
export interface PlanOverrides {
  readonly exportName?: string | undefined;
  readonly scope?: string | undefined;
  readonly dataset?: DeliveryPlan['dataset'] | undefined;
}

export interface PlanInput extends Settling {
  readonly layout: Layout;
  readonly listing: Listing;
  /** Content of the manifests of {@link manifestKeys}. */
  readonly manifests: readonly ManifestFile[];
  readonly overrides: PlanOverrides;
}

/** Layouts to which each kind of key belongs. */
const LAYOUTS_BY_KEY: Readonly<Record<KeyPlace['kind'], readonly KnownLayout[]>> = {
  dataExport: ['awsDataExport'],
  curManifest: ['awsCurLegacy'],
  curPartition: ['awsCurLegacy'],
  azureManifest: ['azureExport'],
  dated: ['awsCurLegacy', 'azureExport'],
  plain: ['files'],
  other: [],
};

/** Keys of the manifests that must be read before planning. */
export function listManifestKeys(layout: Layout, listing: Listing): string[] {
  return [...listing.keys()].filter((key) => {
    const place = parseKeyPlace(key);
    const isManifest = place.kind === 'dataExport' ? place.isManifest : /^(cur|azure)Manifest$/.test(place.kind);
    return isManifest && isKeyOfLayout(layout, place);
  });
}

/**
 * Derives deliveries from a listing and its manifests: ready, waiting, superseded or ignored ones, in order of
 * production. With `auto` every detected layout counts; plain files count only where no other layout is found.
 */
export function planDeliveries(input: PlanInput): DeliveryPlan[] {
  const { layout, listing, overrides } = input;
  const plans = layout === 'files' ? planPlainFiles(listBillFiles(listing), input) : planLayouts(input);
  return markSuperseded(plans.map((plan) => applyOverrides(plan, overrides)));
}

function planLayouts(input: PlanInput): DeliveryPlan[] {
  const { layout, listing, manifests, now } = input;
  const of = (known: KnownLayout) => layout === 'auto' || layout === known;
  const keys = manifests.map(({ object }) => object.key);
  const isBefore = !manifests.some(({ object }) => parseKeyPlace(object.key).kind === 'curManifest');
  const laidOut = [
    ...(of('awsDataExport') ? planAwsDataExport(listing, manifests, now) : []),
    ...(of('awsCurLegacy') ? planAwsCurLegacy(listing, manifests, now) : []),
    ...(of('azureExport') ? planAzureExport(listing, selectAzure(manifests), now) : []),
    ...(of('azureExport') || of('awsCurLegacy') ? planDated(listing, keys, { azure: of('azureExport') }, input) : []),
    ...(of('awsCurLegacy') && isBefore ? planEarlyPartitions(listing) : []),
  ];
  if (layout !== 'auto') return laidOut;
  const named = new Set(laidOut.flatMap(({ files }) => files.map(({ key }) => key)));
  const strays = listPlainFiles(listing).filter(({ key }) => !named.has(key));
  return laidOut.length === 0 ? planPlainFiles(strays, input) : [...laidOut, ...planStrays(strays)];
}

function selectAzure(manifests: readonly ManifestFile[]): ManifestFile[] {
  return manifests.filter(({ object }) => parseKeyPlace(object.key).kind === 'azureManifest');
}

function isKeyOfLayout(layout: Layout, place: KeyPlace): boolean {
  return layout === 'auto' || LAYOUTS_BY_KEY[place.kind].some((each) => each === layout);
}

function listPlainFiles(listing: Listing): BucketObject[] {
  return [...listing.values()].filter(({ key }) => parseKeyPlace(key).kind === 'plain');
}

/** With layout `files`, all bill files count, whatever the names of their folders. */
function listBillFiles(listing: Listing): BucketObject[] {
  return [...listing.values()].filter(({ key }) => /\.(csv|csv\.gz|parquet)$/i.test(key));
}

function applyOverrides(plan: DeliveryPlan, { exportName, scope, dataset }: PlanOverrides): DeliveryPlan {
  return {
    ...plan,
    exportName: exportName ?? plan.exportName,
    scope: scope ?? plan.scope,
    dataset: dataset ?? plan.dataset,
  };
}

/**
 * Marks deliveries of one unit as superseded when a newer ready delivery covers them: it contains the whole period to
 * date. A newer but shorter delivery (a one-time export of nine days after a daily one) covers only its own days, and a
 * newer waiting one covers nothing yet. Returns the plans in order of production, oldest first.
 */
function markSuperseded(plans: readonly DeliveryPlan[]): DeliveryPlan[] {
  const ordered = plans.toSorted(
    (one, other) => one.producedAt - other.producedAt || compare(one.origin, other.origin),
  );
  return ordered.map((plan, index) => {
    const newer = ordered.slice(index + 1).find((later) => supersedes(later, plan));
    if (newer === undefined) return plan;
    const reason = `${newer.origin} is a newer delivery of the same period`;
    return { ...plan, state: { kind: 'superseded', reason } };
  });
}

function supersedes(later: DeliveryPlan, plan: DeliveryPlan): boolean {
  const replaces = later.state.kind === 'ready' || (later.state.kind === 'ignored' && plan.state.kind === 'ignored');
  return replaces && buildUnitKey(later) === buildUnitKey(plan) && containsDates(later.coverage, plan.coverage);
}

function buildUnitKey({ layout, exportName, dataset, scope, period }: DeliveryPlan): string {
  return JSON.stringify([layout, exportName, dataset, scope, period]);
}

function compare(one: string, other: string): number {
  return one < other ? -1 : Number(one > other);
}
