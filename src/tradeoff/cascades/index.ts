export {
  buildConfigurations,
  type Configurations,
  type FitCandidate,
  type Stage,
  takeSingles,
} from './configurations.ts';
export { listProven, selectByLearnThenTest, type TestedSums } from './learn-then-test.ts';
export { type Replay, replayCascade } from './replay.ts';
export { findBestThatSaves, type Selected, type SelectionQuestion, selectCascade } from './select-cascade.ts';
export { buildTwoStages } from './two-stages.ts';
