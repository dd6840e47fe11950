import { computeNormalQuantile } from '../../platform/numbers/index.ts';
import type { Comparison, ComparisonQuestion, Interval, NamedInterval, Outcomes } from './outcomes.ts';
import { planSamples } from './power.ts';
import { computeLookBounds } from './sequential/look-bounds.ts';

/** Chance that the planned further samples decide the comparison, where the present estimate is the truth. */
const POWER = 0.8;

/** What a verdict needs of outcomes of any kind; dependence is already divided out of the sizes. */
export interface Summary {
  /** Pairs, or observations of the smaller arm, as counted. */
  readonly n: number;
  /** Effective observations: pairs, or of both arms together, divided by the inflation. */
  readonly effective: number;
  readonly estimate: number;
  /** The widest possible difference: 1 for proportions, Infinity for means. */
  readonly range: number;
  readonly test: string;
  /** Why these data carry no interval; null where they do. */
  readonly reason: string | null;
  readonly computeInterval: (tail: number) => Interval;
  /** Variance of the difference for one further pair (or one further observation an arm) where the true difference is `difference`. */
  readonly computeVariance: (difference: number) => number;
}

/**
 * The verdict on a summary: its interval at this look against -margin. `summarize` gets the variance inflation of the question.
 *
 * @throws RangeError for a wrong question: a negative margin, a tail outside (0, 0.5), an inflation below 1.
 */
export function judgeSummary(
  outcomes: Outcomes,
  question: ComparisonQuestion,
  summarize: (inflation: number) => Summary,
): Comparison {
  const summary = summarize(checkQuestion(question));
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
  if (!(estimate + margin > 0)) return null;
  const [atMargin, atEstimate] = [computeVariance(-margin), computeVariance(estimate)];
  const spread =
    computeNormalQuantile(POWER) * Math.sqrt(atEstimate) - computeNormalQuantile(tail) * Math.sqrt(atMargin);
  const whole = planSamples(spread, estimate + margin);
  return whole === null ? null : Math.max(1, whole - n);
}
