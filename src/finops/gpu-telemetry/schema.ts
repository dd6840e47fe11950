export { GpuHeatMap, GpuReadings, getGpuHeatMap, getGpuReadings } from '../gpu-usage/heat/schema.ts';
export {
  type GpuCost,
  GpuIdle,
  getGpuIdle,
} from '../gpu-usage/idle/schema.ts';
export { listGpuOwnerRules } from '../gpu-usage/owner-rules/schema.ts';
export {
  type Bucket,
  type BucketCost,
  type BucketHours,
  bucketNames,
  GpuEfficiency,
  GpuOutcomes,
  GpuOwner,
  GpuOwners,
  getGpuEfficiency,
  getGpuOutcomes,
  getGpuOwners,
  gpuEfficiencyCsv,
  gpuOutcomesCsv,
  gpuOwnersCsv,
  OwnerDimension,
  WorkOutcome,
} from '../gpu-usage/owners/schema.ts';
export { GpuPacking, packGpus } from '../packing/schema.ts';
export { AskedPrice } from '../purchasing/asked-prices/schema.ts';
export {
  adviseCommitment,
  CommitmentAdvice,
  MOST_DEMAND_HOURS,
} from '../purchasing/commitments/schema.ts';
export { adviseHardware, HardwareAdvice, MeasuredProfile } from '../purchasing/hardware/schema.ts';
export {
  adviseSpot,
  DeadlineReplayReport,
  InterruptionBand,
  replaySpotDeadline,
  SpotAdvice,
  SpotHistory,
  SpotZoneAdvice,
} from '../purchasing/spot/schema.ts';
export { ContainerUse, listContainerUse } from '../workloads/schema.ts';
export { HolderField } from './holder-fields/schema.ts';
export { GpuHolders, importGpuHolders } from './holders/schema.ts';
export { GpuSource, listGpuSources, sendGpuReadings, syncGpuSources, type WatchedGpu } from './sources/schema.ts';
export {
  GpuImport,
  GpuUnit,
  importGpuPool,
  importGpuSamples,
  listGpuImports,
} from './telemetry/schema.ts';
