import { computeNormalQuantile } from '../../platform/numbers/index.ts';
import type { Comparison, ComparisonQuestion, NamedInterval, Outcomes } from './outcomes.ts';
import { computeLookBounds } from './sequential/look-bounds.ts';
import { type Summary, summarizeOutcomes } from './summarize.ts';

/** Chance that the planned further samples decide the comparison, where the present estimate is the truth. */
const POWER = 0.8;

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
  const inflation = checkQuestion(question);
  const summary = summarizeOutcomes(outcomes, inflation);
  const { n, estimate, range, reason } = summary;
  const { tail, margin } = question;
  if (reason !== null) {
    const interval = { lower: -range, upper: range, test: summary.test };
    return { n, estimate, tail, ...interval, verdict: 'inconclusive', samplesNeeded: null, reason };
  }
  const { lower, upper, test, planningTail } = boundAtLook(outcomes, question, summary);
  const verdict = lower > -margin ? 'non-inferior' : upper < -margin ? 'inferior' : 'inconclusive';
  const samplesNeeded = verdict === 'inconclusive' ? planFurtherSamples(summary, margin, planningTail) : 0;
  return { n, estimate, lower, upper, tail, test, verdict, samplesNeeded, reason: null };
}

function checkQuestion({ margin, tail, dependence }: ComparisonQuestion): number {
  if (!(margin >= 0 && margin < Number.POSITIVE_INFINITY)) {
    throw new RangeError(`The margin must be a number of at least 0, not ${margin}.`);
  }
  if (!(tail > 0 && tail < 0.5)) throw new RangeError(`The one-sided error must lie between 0 and 0.5, not ${tail}.`);
  const inflation = dependence?.kind === 'autocorrelated' ? dependence.inflation : 1;
  if (!(inflation >= 1 && inflation < Number.POSITIVE_INFINITY)) {
    throw new RangeError(`The variance inflation must be a number of at least 1, not ${inflation}.`);
  }
  return inflation;
}

function boundAtLook(
  outcomes: Outcomes,
  question: ComparisonQuestion,
  { effective, estimate, test, computeInterval }: Summary,
): NamedInterval & { readonly planningTail: number } {
  const { looks, tail } = question;
  if (looks.kind === 'once') return { ...computeInterval(tail), test, planningTail: tail };
  const computeFixedInterval = (at: number): NamedInterval => ({ ...computeInterval(at), test });
  return computeLookBounds({ outcomes, question, looks, n: effective, estimate, computeFixedInterval });
}

/**
 * Further samples for a power of 80 % at the present estimate d: n = ((z_tail s0 + z_power s1) / (d + margin))^2 less those at hand,
 * with s0 at the margin and s1 at the estimate. Null where d is at or below -margin: more samples then show harm, or nothing.
 */
function planFurtherSamples(summary: Summary, margin: number, tail: number): number | null {
  const { n, estimate, computeVariance } = summary;
  const distance = estimate + margin;
  if (!(distance > 0)) return null;
  const [atMargin, atEstimate] = [computeVariance(-margin), computeVariance(estimate)];
  const root =
    -computeNormalQuantile(tail) * Math.sqrt(atMargin) + computeNormalQuantile(POWER) * Math.sqrt(atEstimate);
  const whole = Math.ceil((root / distance) ** 2);
  return Number.isFinite(whole) ? Math.max(1, whole - n) : null;
}
