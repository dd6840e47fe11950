import { judgeSummary } from './judge.ts';
import type { Comparison, ComparisonQuestion, Outcomes } from './outcomes.ts';
import { summarizeOutcomes } from './summarize.ts';

/**
 * Compares a candidate with a baseline, larger is better: the interval of candidate - baseline and its verdict. `non-inferior` when
 * the lower end is above -margin, `inferior` when the upper end is below -margin (harm shown), else `inconclusive`. The method
 * follows from the outcomes (Tango, paired t, Newcombe, Welch) and from `looks`. Data that carry no interval (fewer than two
 * effective observations, a value that is not a finite number, few and constant values) are `inconclusive` with a `reason` and the widest
 * bounds: -1 and 1 for proportions, -Infinity and Infinity for means.
 *
 * @throws RangeError for a wrong question only: a negative margin, a tail outside (0, 0.5), an inflation below 1.
 * @example
 * compareOutcomes(
 *   { design: 'paired', kind: 'binary', both: 880, onlyCandidate: 20, onlyBaseline: 20, neither: 80 },
 *   { margin: 0.02, tail: 0.05, looks: { kind: 'once' } },
 * ).verdict // 'non-inferior'
 */
export function compareOutcomes(outcomes: Outcomes, question: ComparisonQuestion): Comparison {
  return judgeSummary(outcomes, question, (inflation) => summarizeOutcomes(outcomes, inflation));
}
