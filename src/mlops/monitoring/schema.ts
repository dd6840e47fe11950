export { AlertCause, AlertEpisode, buildLossKey, QualityLoss } from './alerts/episode/schema.ts';
