export {
  type GpuCost,
  GpuIdle,
  getGpuIdle,
} from './idle/schema.ts';
export { GpuPacking, packGpus } from './packing/schema.ts';
export { GpuSource, listGpuSources, sendGpuReadings, syncGpuSources, type WatchedGpu } from './sources/schema.ts';
export {
  GpuImport,
  GpuUnit,
  importGpuPool,
  importGpuSamples,
  listGpuImports,
} from './telemetry/schema.ts';
