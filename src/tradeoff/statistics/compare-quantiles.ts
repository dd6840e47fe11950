import { computeNormalQuantile } from '../../platform/numbers/index.ts';
import { judgeSummary, type Summary } from './judge.ts';
import type { Comparison, ComparisonQuestion, Interval } from './outcomes.ts';
import { explainFew } from './summarize.ts';
import { computeQuantileDifference, spreadTies } from './unpaired/quantile-difference.ts';

/** One-sided error at which the spread of a quantile is read for planning. */
const PLANNING_TAIL = 0.05;

/** Values of both arms, and the quantile that is compared. */
export interface QuantileOutcomes {
  readonly candidate: Float64Array;
  readonly baseline: Float64Array;
  /** 0 < quantile < 1, of the values as given: 0.95 for the p95 of a latency. */
  readonly quantile: number;
  /** `lower` for latencies: the difference is then baseline - candidate, so that larger is better. */
  readonly better: 'higher' | 'lower';
  /**
   * `difference`: in the unit of the values. `ratio`: the difference relative to the baseline's quantile, candidate / baseline - 1 or its negative; the
   * margin is relative too (0.1 allows a p95 10 % higher), and every value must be above 0.
   */
  readonly scale: 'difference' | 'ratio';
  /** Resolution of the measurement; null or absent: measured where values are tied. */
  readonly resolution?: number | null;
}

/**
 * Compares a quantile of two independent arms (latency p50, p95, p99) by order statistics with ties broken; verdicts as in
 * `compareOutcomes`. With too few observations to bound the quantile, an end is infinite and the verdict `inconclusive`:
 * a p99 at a one-sided error of 0.05 needs about 300 observations an arm.
 *
 * @throws RangeError for a wrong question, or a quantile outside (0, 1).
 */
export function compareQuantiles(outcomes: QuantileOutcomes, question: ComparisonQuestion): Comparison {
  const { candidate, baseline, quantile } = outcomes;
  if (!(quantile > 0 && quantile < 1)) throw new RangeError(`The quantile must lie between 0 and 1, not ${quantile}.`);
  const arms = { design: 'unpaired', kind: 'mean', candidate, baseline } as const;
  return judgeSummary(arms, question, (inflation) => summarizeQuantiles(outcomes, inflation));
}

function summarizeQuantiles(outcomes: QuantileOutcomes, inflation: number): Summary {
  const { candidate, baseline, quantile, scale, resolution = null } = outcomes;
  const n = Math.min(candidate.length, baseline.length);
  const spread = spreadTies(candidate, baseline, resolution);
  const reason = explainFew(n / inflation) ?? explainValues(candidate, baseline, scale);
  const arms =
    scale === 'ratio'
      ? { candidate: takeLogarithms(spread.candidate), baseline: takeLogarithms(spread.baseline) }
      : spread;
  const compute = (tail: number) => orient(computeQuantileDifference(arms, { quantile, tail, inflation }), outcomes);
  return {
    n,
    effective: (candidate.length + baseline.length) / inflation,
    estimate: reason === null ? compute(PLANNING_TAIL).estimate : Number.NaN,
    range: Number.POSITIVE_INFINITY,
    test: spread.resolution > 0 ? 'order-statistic interval, ties broken' : 'order-statistic interval',
    reason,
    computeInterval: compute,
    computeVariance: () => n * computeSquaredError(compute(PLANNING_TAIL)),
  };
}

function explainValues(
  candidate: Float64Array,
  baseline: Float64Array,
  scale: QuantileOutcomes['scale'],
): string | null {
  const arms = [candidate, baseline];
  if (!arms.every((values) => values.every(Number.isFinite))) return 'A value is not a finite number.';
  if (scale === 'ratio' && !arms.every((values) => values.every((value) => value > 0))) {
    return 'A relative difference needs values above 0.';
  }
  return null;
}

/** Of a value that the spread has moved to 0 or below, the smallest logarithm: quantiles keep their order. */
function takeLogarithms(values: Float64Array): Float64Array {
  return values.map((value) => Math.log(Math.max(value, Number.MIN_VALUE)));
}

/** Turns a difference of values or of logarithms, candidate - baseline, into one where larger is better. */
function orient<T extends Interval & { readonly estimate: number }>(
  { estimate, lower, upper }: T,
  { better, scale }: QuantileOutcomes,
): Interval & { readonly estimate: number } {
  const [middle, low, high] =
    scale === 'ratio' ? [Math.expm1(estimate), Math.expm1(lower), Math.expm1(upper)] : [estimate, lower, upper];
  return better === 'higher'
    ? { estimate: middle, lower: low, upper: high }
    : { estimate: -middle, lower: -high, upper: -low };
}

function computeSquaredError({ lower, upper }: Interval): number {
  return ((upper - lower) / 2 / computeNormalQuantile(PLANNING_TAIL)) ** 2;
}
