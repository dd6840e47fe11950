import type { Route } from '../../platform/http/index.ts';
import { gpuRoutes } from './routes.ts';
import { createGpuService, type GpuDeps } from './service.ts';

export { gpuMigrations } from './migrations.ts';

/**
 * What GPUs did, as far as it was read: which of them do nothing and what that costs, and on how few of them work would fit.
 */
export interface Gpus {
  readonly routes: readonly Route[];
}

export function createGpus(deps: GpuDeps): Gpus {
  return { routes: gpuRoutes(createGpuService(deps)) };
}
