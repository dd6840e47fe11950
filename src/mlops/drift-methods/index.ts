export { countBins } from './bins.ts';
export { poolRareLevels } from './choice.ts';
export type { ColumnPair } from './column.ts';
export { type ColumnVerdict, compareColumn, decideVerdict, type MethodChoice } from './compare-column.ts';
export { jensenShannon } from './distances/between-shares.ts';
export { unsortedKolmogorovSmirnov } from './distances/kolmogorov-smirnov-unsorted.ts';
export { twoSampleTail } from './laws/kolmogorov-two-sample.ts';
export { twoByTwo } from './laws/two-by-two.ts';
export { toTestResult } from './measured.ts';
export { computeMoments, type Moments } from './moments.ts';
export {
  type CountPair,
  countLevelsUpTo,
  countValues,
  listDistinctValues,
  type NumericPair,
  sumCounts,
} from './samples.ts';
export { sortNumbers } from './sort-numbers.ts';
export { contingency } from './tests/chi-square.ts';
export { leastPermutedPValue } from './tests/permuted-contingency.ts';
export type { CodePair } from './tests/total-variation.ts';
export { domainClassifier } from './vectors/domain-classifier.ts';
export { maximumMeanDiscrepancyTest } from './vectors/mmd.ts';
export { MOST_POINTS, type PointPair, type Points } from './vectors/points.ts';
