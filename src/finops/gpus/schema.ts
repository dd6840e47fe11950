export {
  type GpuBuckets,
  type GpuCost,
  GpuIdle,
  type GpuPool,
  getGpuIdle,
  type IdleGpu,
} from './idle/schema.ts';
export { GpuPacking, type PackedPod, packGpus } from './packing/schema.ts';
export {
  GpuImport,
  GpuMetric,
  GpuUnit,
  importGpuPool,
  importGpuSamples,
  listGpuImports,
} from './telemetry/schema.ts';
