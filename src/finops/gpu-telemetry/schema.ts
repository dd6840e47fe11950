export { HolderField } from './holder-fields/schema.ts';
export { GpuHolders, importGpuHolders } from './holders/schema.ts';
export { previewGpuRetention } from './retention/schema.ts';
export { GpuSource, listGpuSources, sendGpuReadings, syncGpuSources, type WatchedGpu } from './sources/schema.ts';
export type { GpuMetric } from './telemetry/schema.ts';
export { GpuImport, GpuUnit, importGpuPool, importGpuSamples, listGpuImports } from './telemetry/schema.ts';
