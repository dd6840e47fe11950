import type { Route } from '../../platform/http/index.ts';
import { createPurchases, type PurchaseDeps, type Purchases } from './purchases.ts';
import { gpuRoutes, purchaseRoutes } from './routes.ts';
import { createGpuService, type GpuDeps } from './service.ts';

export type { MeasuredServing } from './hardware/measured-serving.ts';
export { gpuMigrations } from './migrations.ts';
export { canPromise, type DeadlineJob, type DeadlineState, decideDeadline } from './spot/deadline-policy.ts';

/**
 * What GPUs did, as far as it was read: which of them do nothing and what that costs, and on how few of them work would fit. And how to
 * buy them: spot, commitments, and which hardware for a served model.
 */
export interface Gpus {
  readonly purchases: Purchases;
  readonly routes: readonly Route[];
}

export function createGpus(deps: GpuDeps & PurchaseDeps): Gpus {
  const purchases = createPurchases(deps);
  return { purchases, routes: [...gpuRoutes(createGpuService(deps)), ...purchaseRoutes(purchases)] };
}
