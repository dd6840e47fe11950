export { AlertCause, AlertEpisode, buildLossKey, QualityLoss } from './alerts/episode/schema.ts';
export { listAlerts } from './alerts/schema.ts';
