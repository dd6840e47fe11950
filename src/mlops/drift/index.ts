import type { Route } from '../../platform/http/index.ts';
import { driftRoutes } from './routes.ts';
import { createDriftService, type DriftDeps } from './service.ts';

export type { DriftDeps } from './service.ts';

/** Did the data drift? Compares files column by column with tests that say how sure they are. */
export function createDrift(deps: DriftDeps): { readonly routes: readonly Route[] } {
  return { routes: driftRoutes(createDriftService(deps), deps.uploads) };
}
