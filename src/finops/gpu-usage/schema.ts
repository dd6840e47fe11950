export { GpuHeatMap, GpuReadings, getGpuHeatMap, getGpuReadings } from './heat/schema.ts';
export { type GpuCost, GpuIdle, getGpuIdle } from './idle/schema.ts';
export { listGpuOwnerRules } from './owner-rules/schema.ts';
export { OwnerDimension } from './owners/dimension/schema.ts';
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
  WorkOutcome,
} from './owners/schema.ts';
