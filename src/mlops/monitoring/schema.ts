export { AlertCause, AlertEpisode, buildLossKey, QualityLoss } from './alerts/episode/schema.ts';
export { getAlert, listAlerts } from './alerts/schema.ts';
