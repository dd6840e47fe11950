export { compareOutcomes } from './compare.ts';
export { compareQuantiles, type QuantileOutcomes } from './compare-quantiles.ts';
export { compareRelative, type RelativeOutcomes } from './compare-relative.ts';
export { applyHolm, type HolmResult, type NamedTest } from './holm.ts';
export { computeMoments, type Moments } from './moments.ts';
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
export { computeNonInferiorityPValue } from './p-value.ts';
export { computeBcaInterval } from './paired/bca-bootstrap.ts';
export { computeMcNemarTest, type McNemarTest } from './paired/mcnemar.ts';
export {
  computeRankingMetrics,
  type PairedRanking,
  pairRankings,
  type RankedRow,
  type RankingEvaluation,
  type RankingMetrics,
} from './paired/ranking.ts';
export { computeTangoInterval } from './paired/tango.ts';
export {
  computeHoursToDecision,
  computePower,
  computeSampleSize,
  type PlannedDesign,
  type PlannedTest,
} from './power.ts';
export { computeFarringtonManningInterval, computeFarringtonManningScore } from './unpaired/farrington-manning.ts';
export { computeFiellerSet, type MeasuredMean, type RatioSet } from './unpaired/fieller.ts';
export { computeNewcombeInterval } from './unpaired/newcombe.ts';
export { computeWelchInterval } from './unpaired/welch.ts';
export { computeWilsonInterval } from './unpaired/wilson.ts';
