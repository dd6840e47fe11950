import type { Route } from '../http/index.ts';
import type { Store } from '../store/index.ts';
import type { ManifestKind } from './manifest-kind.ts';
import { createManifestRoutes } from './routes.ts';

export { applyManifests } from './apply.ts';
export type { Manifest, ManifestKind, ManifestKinds, PreparedManifest } from './manifest-kind.ts';
export { findNearest } from './nearest.ts';
export { readManifests } from './read.ts';
export type { ManifestOutcome } from './schema.ts';
export { createSpecKind } from './spec-kind.ts';

export interface Manifests {
  readonly routes: readonly Route[];
}

/** Everything that is configuration lives in files: `POST /api/v1/apply` takes them. */
export function createManifests(deps: { readonly store: Store; readonly kinds: readonly ManifestKind[] }): Manifests {
  const kinds = Object.fromEntries(deps.kinds.map((kind) => [kind.kind, kind]));
  return { routes: createManifestRoutes(deps.store, kinds) };
}
