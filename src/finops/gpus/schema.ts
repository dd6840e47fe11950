export { AskedPrice } from './asked-prices/schema.ts';
export {
  adviseCommitment,
  CommitmentAdvice,
  MOST_DEMAND_HOURS,
} from './commitments/schema.ts';
export { adviseHardware, HardwareAdvice, MeasuredProfile } from './hardware/schema.ts';
export {
  type GpuCost,
  GpuIdle,
  getGpuIdle,
} from './idle/schema.ts';
export { GpuPacking, packGpus } from './packing/schema.ts';
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
