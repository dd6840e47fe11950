export { detect, increases } from './detect.ts';
export { createDetector, type Detector, type DetectorState } from './detector.ts';
export type { Episode, Judgement } from './episodes.ts';
export { anomalyRoutes } from './routes.ts';
export type { EpisodeKind } from './episodes.ts';
export { createChangeJudge, type ChangeState } from './change-judge.ts';
