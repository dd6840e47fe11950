import { judgeSummary, type Summary } from './judge.ts';
import { computeMoments } from './moments.ts';
import type { Comparison, ComparisonQuestion, Interval, Outcomes } from './outcomes.ts';
import { explainFew, explainMoments } from './summarize.ts';
import { computeFiellerSet, type MeasuredMean } from './unpaired/fieller.ts';

/** Values of both arms; paired: the i-th values belong to the same example. 0/1 outcomes are given as 0 and 1. */
export interface RelativeOutcomes {
  readonly design: 'paired' | 'unpaired';
  readonly candidate: Float64Array;
  readonly baseline: Float64Array;
}

/**
 * Compares two means by their relative difference (candidate - baseline) / |baseline| with Fieller's interval; `margin`, estimate and
 * bounds are relative (0.05 allows 5 % less). Larger is better; a metric that is negated by the caller has a negative baseline, which is
 * understood. Where the baseline's mean cannot be told from 0 at this error, a relative margin has no meaning: the verdict is
 * `inconclusive` with infinite bounds, and `reason` says so. Verdicts and looks as in `compareOutcomes`.
 *
 * @throws RangeError for a wrong question, or paired values of different lengths.
 */
export function compareRelative(outcomes: RelativeOutcomes, question: ComparisonQuestion): Comparison {
  const { design, candidate, baseline } = outcomes;
  if (design === 'paired' && candidate.length !== baseline.length) {
    throw new RangeError(
      `Paired values need one of each arm by example, not ${candidate.length} and ${baseline.length}.`,
    );
  }
  const kind: Outcomes =
    design === 'paired'
      ? { design, kind: 'mean', differences: new Float64Array() }
      : { design, kind: 'mean', candidate, baseline };
  return judgeSummary(kind, question, (inflation) => summarizeRelative(outcomes, question.tail, inflation));
}

/** Both means with the covariance of their errors, and the degrees of freedom. */
interface MeasuredPair {
  readonly candidate: MeasuredMean;
  readonly baseline: MeasuredMean;
  readonly covariance: number;
  readonly degrees: number;
}

function summarizeRelative(outcomes: RelativeOutcomes, tail: number, inflation: number): Summary {
  const { design, candidate, baseline } = outcomes;
  const n = Math.min(candidate.length, baseline.length);
  const pair = measurePair(outcomes, inflation);
  const sign = Math.sign(pair.baseline.mean);
  const ratio = pair.candidate.mean / pair.baseline.mean;
  const variance =
    (pair.candidate.squaredError - 2 * ratio * pair.covariance + ratio ** 2 * pair.baseline.squaredError) /
    pair.baseline.mean ** 2;
  return {
    n,
    effective: (design === 'paired' ? n : candidate.length + baseline.length) / inflation,
    estimate: sign * (ratio - 1),
    range: Number.POSITIVE_INFINITY,
    test: 'Fieller interval',
    reason:
      explainFew(n / inflation) ??
      explainMoments([computeMoments(candidate), computeMoments(baseline)], inflation) ??
      explainBaseline(pair, tail),
    computeInterval: (at) => bound(pair, at) ?? { lower: Number.NEGATIVE_INFINITY, upper: Number.POSITIVE_INFINITY },
    computeVariance: () => n * variance,
  };
}

function bound({ candidate, baseline, covariance, degrees }: MeasuredPair, tail: number): Interval | null {
  const set = computeFiellerSet(candidate, baseline, tail, { covariance, degrees });
  if (set.kind !== 'interval') return null;
  return baseline.mean > 0
    ? { lower: set.lower - 1, upper: set.upper - 1 }
    : { lower: 1 - set.upper, upper: 1 - set.lower };
}

function explainBaseline(pair: MeasuredPair, tail: number): string | null {
  const isFound = bound(pair, tail) !== null;
  return isFound ? null : 'The baseline cannot be told from 0: a relative difference has no meaning.';
}

function measurePair({ design, candidate, baseline }: RelativeOutcomes, inflation: number): MeasuredPair {
  const [ofCandidate, ofBaseline] = [computeMoments(candidate), computeMoments(baseline)];
  const [candidateError, baselineError] = [ofCandidate, ofBaseline].map(
    ({ n, variance }) => (variance * inflation) / n,
  ) as [number, number];
  const means = {
    candidate: { mean: ofCandidate.mean, squaredError: candidateError },
    baseline: { mean: ofBaseline.mean, squaredError: baselineError },
  };
  if (design === 'paired') {
    const { n } = ofCandidate;
    const errors = computeMoments(candidate.map((value, index) => value - (baseline[index] as number)));
    const covariance = (candidateError + baselineError - (errors.variance * inflation) / n) / 2;
    return { ...means, covariance, degrees: n / inflation - 1 };
  }
  const ratio = ofCandidate.mean / ofBaseline.mean;
  const scaled = ratio ** 2 * baselineError;
  const degrees =
    (candidateError + scaled) ** 2 /
    (candidateError ** 2 / (ofCandidate.n / inflation - 1) + scaled ** 2 / (ofBaseline.n / inflation - 1));
  return { ...means, covariance: 0, degrees };
}
