import type { Route } from '../../platform/http/index.ts';
import { driftRoutes } from './routes.ts';
import { createDriftService, type DriftDeps } from './service.ts';

export { compareSides } from './compare-files.ts';
export { type EffectMeasure, selectEffectMeasure } from './effect.ts';
export { adjustForDiscovery } from './false-discovery.ts';
export { profileColumns } from './profiles/make-profile.ts';
export type { Band, StoredProfile, Variation } from './profiles/profile.ts';
export { createProfileStore, type ProfileStore } from './profiles/store.ts';
export type { Reference } from './reference.ts';
export { DRIFT_SHARE } from './report.ts';
export type { DriftDeps } from './service.ts';
export type { ColumnKind, Table, TableColumn } from './tables/table.ts';

/** Did the data drift? Compares files column by column with tests that say how sure they are. */
export function createDrift(deps: DriftDeps): { readonly routes: readonly Route[] } {
  return { routes: driftRoutes(createDriftService(deps), deps.uploads) };
}
