import {
  type Comparison,
  compareOutcomes,
  estimateClusterInflation,
  type Looks,
  type Outcomes,
} from '../statistics/index.ts';
import type { Estimate } from './schema.ts';

/** Qualities of both sides on the same examples. */
export interface PairedQualities {
  readonly measure: 'correct' | 'score';
  readonly candidate: Float64Array;
  readonly baseline: Float64Array;
  /** Number of the cluster of each example; null: independent examples. */
  readonly cluster: Float64Array | null;
}

export interface PairedQuestion {
  readonly margin: number;
  /** One-sided error of each side. */
  readonly tail: number;
  readonly looks: Looks;
}

/** Compares the qualities of two sides, paired; clusters widen the interval. */
export function comparePaired(qualities: PairedQualities, question: PairedQuestion): Comparison {
  const { measure, candidate, baseline, cluster } = qualities;
  const outcomes: Outcomes =
    measure === 'correct'
      ? { design: 'paired', kind: 'binary', ...countPairs(candidate, baseline) }
      : { design: 'paired', kind: 'mean', differences: subtract(candidate, baseline) };
  if (cluster === null) return compareOutcomes(outcomes, question);
  const estimated = estimateClusterInflation(subtract(candidate, baseline), cluster);
  // Equal differences show no dependence: then a cluster counts as one example.
  const inflation = estimated ?? candidate.length / new Set(cluster).size;
  return compareOutcomes(outcomes, { ...question, dependence: { kind: 'autocorrelated', inflation } });
}

/** Pairs of 0/1 outcomes by their four combinations. */
export function countPairs(candidate: Float64Array, baseline: Float64Array) {
  const counts = { both: 0, onlyCandidate: 0, onlyBaseline: 0, neither: 0 };
  for (let row = 0; row < candidate.length; row += 1) {
    if (candidate[row] === 1) counts[baseline[row] === 1 ? 'both' : 'onlyCandidate'] += 1;
    else counts[baseline[row] === 1 ? 'onlyBaseline' : 'neither'] += 1;
  }
  return counts;
}

function subtract(candidate: Float64Array, baseline: Float64Array): Float64Array {
  return candidate.map((value, row) => value - (baseline[row] as number));
}

/** An interval for JSON: an unbounded end and an unknown estimate are null. */
export function toEstimate({ estimate, lower, upper }: { estimate: number; lower: number; upper: number }): Estimate {
  const finite = (value: number): number | null => (Number.isFinite(value) ? value : null);
  return { estimate: finite(estimate), lower: finite(lower), upper: finite(upper) };
}
