export { type ChangeState, createChangeJudge } from './change-judge.ts';
export { computeIncreases, detect } from './detect.ts';
export { createDetector, type Detector, type DetectorState } from './detector.ts';
export type { Episode, EpisodeKind, Judgement } from './episodes.ts';
export { createAnomalyRoutes } from './routes.ts';
