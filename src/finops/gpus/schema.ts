export { AskedPrice } from './asked-prices/schema.ts';
export {
  adviseCommitment,
  CommitmentAdvice,
  MOST_DEMAND_HOURS,
} from './commitments/schema.ts';
export { ContainerUse, listContainerUse } from './containers/schema.ts';
export { adviseHardware, HardwareAdvice, MeasuredProfile } from './hardware/schema.ts';
export { GpuHeatMap, GpuReadings, getGpuHeatMap, getGpuReadings } from './heat/schema.ts';
export { HolderField } from './holder-fields/schema.ts';
export { GpuHolders, importGpuHolders } from './holders/schema.ts';
export {
  type GpuCost,
  GpuIdle,
  getGpuIdle,
} from './idle/schema.ts';
export { listGpuOwnerRules } from './owner-rules/schema.ts';
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
} from './owners/schema.ts';
export { GpuPacking, packGpus } from './packing/schema.ts';
export { GpuSource, listGpuSources, sendGpuReadings, syncGpuSources, type WatchedGpu } from './sources/schema.ts';
export {
  adviseSpot,
  DeadlineReplayReport,
  InterruptionBand,
  replaySpotDeadline,
  SpotAdvice,
  SpotHistory,
  SpotZoneAdvice,
} from './spot/schema.ts';
export {
  GpuImport,
  GpuUnit,
  importGpuPool,
  importGpuSamples,
  listGpuImports,
} from './telemetry/schema.ts';
