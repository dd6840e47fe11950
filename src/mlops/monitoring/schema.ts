export { AlertCause, AlertEpisode, buildLossKey, QualityLoss } from './alerts/episode/schema.ts';
export { type Alert, getAlert, listAlerts } from './alerts/schema.ts';
