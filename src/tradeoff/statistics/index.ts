export { compareOutcomes } from './compare.ts';
export { compareQuantiles } from './compare-quantiles.ts';
export { compareRelative } from './compare-relative.ts';
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
export { applyHolm } from './holm.ts';
export { computeMoments } from './moments.ts';
export type {
  Comparison,
  ComparisonQuestion,
  ComparisonVerdict,
  Dependence,
  Interval,
  Looks,
  Outcomes,
  PairedCounts,
} from './outcomes.ts';
export { computeNonInferiorityPValue } from './p-value.ts';
export { computeBcaInterval } from './paired/bca-bootstrap.ts';
export { computeMcNemarTest } from './paired/mcnemar.ts';
export { computePairedMeanInterval } from './paired/paired-mean.ts';
export {
  computeRankingMetrics,
  pairRankings,
  type RankedRow,
} from './paired/ranking.ts';
export { computeTangoInterval } from './paired/tango.ts';
export {
  computeHoursToDecision,
  computePower,
  computeSampleSize,
  type PlannedDesign,
} from './power.ts';
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
  createMeanChangeDetector,
  type MeanChangeDetector,
  type MeanDetectorQuestion,
} from './sequential/mean-change-detector.ts';
export { computePairedBettingInterval } from './sequential/paired-betting.ts';
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
export { computeFarringtonManningInterval, computeFarringtonManningScore } from './unpaired/farrington-manning.ts';
export { computeFiellerSet } from './unpaired/fieller.ts';
export { computeNewcombeInterval } from './unpaired/newcombe.ts';
export { computeWelchInterval } from './unpaired/welch.ts';
export { computeWilsonInterval } from './unpaired/wilson.ts';
