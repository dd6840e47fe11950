export { PriceInput } from './asked-prices/schema.ts';
export { adviseCommitment, CommitmentAdvice, MOST_DEMAND_HOURS } from './commitments/schema.ts';
export { adviseHardware, HardwareAdvice, MeasuredProfile } from './hardware/schema.ts';
export {
  adviseSpot,
  DeadlineReplayReport,
  InterruptionBand,
  replaySpotDeadline,
  SpotAdvice,
  SpotHistory,
  SpotZoneAdvice,
} from './spot/schema.ts';
