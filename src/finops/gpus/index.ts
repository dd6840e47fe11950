import type { Route } from '../../platform/http/index.ts';
import { type GpuLoad, gpuLoads } from './loads/loads.ts';
import { gpuRoutes } from './routes.ts';
import { createGpuService, type GpuDeps } from './service.ts';

export type { GpuLoad } from './loads/loads.ts';
export { gpuMigrations } from './migrations.ts';

/**
 * What GPUs did, as far as it was read: which of them do nothing and what that costs, and on how few of them work would fit.
 */
export interface Gpus {
  /** What each GPU bore in [start, end) Unix ms, as far as it was read, by name. */
  loads(window: { readonly start: number; readonly end: number }): Promise<GpuLoad[]>;
  readonly routes: readonly Route[];
}

export function createGpus(deps: GpuDeps): Gpus {
  return { loads: (window) => gpuLoads(deps, window), routes: gpuRoutes(createGpuService(deps)) };
}
