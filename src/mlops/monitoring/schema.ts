export { AlertCause, AlertEpisode, QualityLoss } from './alerts/episode/schema.ts';
