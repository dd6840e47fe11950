export { compareOutcomes } from './compare.ts';
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
