export { isDcgmBlank } from './dcgm-blank.ts';
export { createGpuMeter } from './gpu-meter.ts';
export { createNvidiaSmi } from './nvidia-smi.ts';
export type { GpuReader, GpuReading } from './reading.ts';
export type { GpuUse } from './schema.ts';
export type { SystemMetric } from './system-metrics.ts';
