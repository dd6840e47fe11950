import type { Route } from '../../platform/http/index.ts';
import { createSpecKind, type ManifestKind } from '../../platform/manifests/index.ts';
import { createSourceRoutes } from './routes.ts';
import { BillSourceSpec } from './schema.ts';
import { applySource, registerJobs, type SourcesDeps } from './service.ts';

export { sourceMigrations } from './migrations.ts';
export type { SourcesDeps } from './service.ts';

/** Bill sources: buckets and folders to which clouds deliver their exports, synced by schedule and by hand. */
export interface Sources {
  /** `BillSource`. */
  readonly kinds: readonly ManifestKind[];
  readonly routes: readonly Route[];
}

export function createSources(deps: SourcesDeps): Sources {
  registerJobs(deps);
  return {
    kinds: [createSpecKind('BillSource', 40, BillSourceSpec, (sql, name, spec) => applySource(deps, sql, name, spec))],
    routes: createSourceRoutes(deps),
  };
}
