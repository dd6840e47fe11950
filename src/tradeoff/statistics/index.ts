export { compareOutcomes } from './compare.ts';
export {
  combineInflations,
  computeEffectiveSize,
  computeLagOneCorrelation,
  createRunningInflation,
  estimateBatchInflation,
  estimateClusterInflation,
  estimateInflation,
  type RunningInflation,
} from './dependence.ts';
export type {
  Comparison,
  ComparisonQuestion,
  ComparisonVerdict,
  Dependence,
  Interval,
  Looks,
  Outcomes,
  PairedCounts,
  Successes,
} from './outcomes.ts';
export {
  computeSequenceMultiplier,
  computeSequencePValue,
  createMeanSequence,
  type MeanSequence,
  type SequenceQuestion,
} from './sequential/asymptotic-sequence.ts';
export {
  type BoundedQuestion,
  type BoundedSequence,
  createBettingSequence,
  createEmpiricalBernsteinSequence,
} from './sequential/betting-sequence.ts';
export {
  type ChangeDetector,
  createChangeDetector,
  createHoldoutPairing,
  type DetectorQuestion,
  type HoldoutPairing,
} from './sequential/e-detector.ts';
export {
  computeGroupSequentialBounds,
  computeLookLevels,
  computeSpentError,
  createGroupSequentialBounds,
  type GroupSequentialBounds,
} from './sequential/lan-demets.ts';
export {
  computeQuantileDifference,
  computeQuantileInterval,
  computeQuantileRatio,
  type QuantileQuestion,
} from './sequential/quantile-sequence.ts';
export { createSampleRatioTest, type SampleRatioTest } from './sequential/sample-ratio.ts';
export {
  type Estimated,
  type SimulatedLooks,
  type SimulationQuestion,
  type SimulationResult,
  simulateLooks,
} from './simulation/simulate-looks.ts';
export type { Generator, OutcomeKind } from './simulation/streams.ts';
