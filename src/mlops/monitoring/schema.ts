export { AlertCause, AlertEpisode, lossKey, QualityLoss } from './alerts/episode/schema.ts';
