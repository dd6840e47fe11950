import { findRoot } from '../../platform/numbers/index.ts';
import { checkQuestion } from './judge.ts';
import type { Dependence, Outcomes } from './outcomes.ts';
import { summarizeOutcomes } from './summarize.ts';

/** Smaller p-values are reported as this one. */
const LEAST = 1e-12;

/**
 * One-sided p-value of non-inferiority, 0 to 1: the smallest one-sided error at which the fixed-sample interval of `compareOutcomes` lies
 * above -margin. For Holm's correction over several metrics. Null where the data carry no interval. Values below 1e-12 are 1e-12.
 *
 * @throws RangeError for a negative margin or an inflation below 1.
 * @example
 * computeNonInferiorityPValue({ design: 'unpaired', kind: 'binary', candidate: { successes: 90, n: 100 }, baseline: { successes: 90, n: 100 } }, { margin: 0.1 })
 */
export function computeNonInferiorityPValue(
  outcomes: Outcomes,
  question: { readonly margin: number; readonly dependence?: Dependence },
): number | null {
  const { margin } = question;
  const inflation = checkQuestion({ ...question, tail: LEAST, looks: { kind: 'once' } });
  const { estimate, reason, computeInterval } = summarizeOutcomes(outcomes, inflation);
  if (reason !== null) return null;
  const isAbove = estimate > -margin;
  const end = (logTail: number): number => {
    const { lower, upper } = computeInterval(Math.exp(logTail));
    return (isAbove ? lower : upper) + margin;
  };
  const tail = Math.exp(findRoot(end, Math.log(LEAST), Math.log(0.5), 1e-12));
  return isAbove ? tail : 1 - tail;
}
