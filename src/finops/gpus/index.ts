import type { Route } from '../../platform/http/index.ts';
import type { CommitmentDeps } from './commitments/service.ts';
import { gpuRoutes, purchaseRoutes } from './routes.ts';
import { createGpuService, type GpuDeps } from './service.ts';

export { adviseOnDemand, type CommitmentTerms } from './commitments/advise.ts';
export { bestQuantity, type DemandCurve, demandCurve, savingOf } from './commitments/demand-curve.ts';
export { billedDemand, type HourlyDemand } from './commitments/hourly-demand.ts';
export { commitmentAdvice } from './commitments/service.ts';
export { cheapestMix, type MixQuestion, type ReplicaMix } from './hardware/replica-mix.ts';
export { hardwareAdvice } from './hardware/service.ts';
export { gpuMigrations } from './migrations.ts';
export { adviseByMean, adviseCheckpoints, type CheckpointAdvice, meanRatio } from './spot/advise.ts';
export type { Availability } from './spot/availability.ts';
export { dalySeconds, expectedBillRatio, youngSeconds } from './spot/checkpoint-interval.ts';
export { replayCheckpoints } from './spot/checkpoint-replay.ts';
export {
  canPromise,
  type DeadlineAction,
  type DeadlineJob,
  type DeadlineState,
  decideDeadline,
} from './spot/deadline-policy.ts';
export { deadlineReplay, spotAdvice } from './spot/service.ts';

/**
 * What GPUs did, as far as it was read: which of them do nothing and what that costs, and on how few of them work would fit. And how to
 * buy them: spot, commitments, and which hardware for a served model.
 */
export interface Gpus {
  readonly routes: readonly Route[];
}

export function createGpus(deps: GpuDeps & CommitmentDeps): Gpus {
  return { routes: [...gpuRoutes(createGpuService(deps)), ...purchaseRoutes(deps)] };
}
