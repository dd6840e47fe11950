import type { Route } from '../../platform/http/index.ts';
import { gpuRoutes } from './routes.ts';
import { createGpuService, type GpuDeps, type GpuService } from './service.ts';

export { gpuMigrations } from './migrations.ts';
export type { GpuWork, ReconciledCost } from './owners/owner.ts';

/**
 * What GPUs did, as far as it was read: which of them do nothing, whose they were then and what that costs, and on how few of them
 * work would fit.
 */
export interface Gpus extends Pick<GpuService, 'note' | 'learnOf'> {
  readonly routes: readonly Route[];
}

export function createGpus(deps: GpuDeps): Gpus {
  const service = createGpuService(deps);
  return { routes: gpuRoutes(service), note: service.note, learnOf: service.learnOf };
}
