import type { PrometheusCheck } from '../../mlops/endpoint-spec/schema.ts';
import type { SeriesEvidence } from '../../mlops/serving/index.ts';
import {
  type ComparisonQuestion,
  compareOutcomes,
  compareRelative,
  computeMoments,
  type Dependence,
  estimateInflation,
} from '../statistics/index.ts';
import type { PreparedCheck } from './prepared-check.ts';

/** Fewer pairs say nothing of their dependence in time. */
const LEAST_PAIRS = 8;
/** Pairs at which a confidence sequence is tightest, at least and at most. */
const LEAST_TUNED_PAIRS = 60;
const MOST_TUNED_PAIRS = 2_500;
/** Part of the step after which a decision is most wanted, for a step that may last until the deadline. */
const TUNED_PART = 0.25;

/**
 * The check of a Prometheus metric: the values of both sides at the same instants are pairs, so that what moves both (load, time of day)
 * cancels in their difference. The differences depend on each other in time; their autocorrelations inflate the variance (initial monotone
 * sequence, which covers AR(1)). With a ratio, that holds for new - ratio x live, and the interval is Fieller's for pairs.
 */
export function prepareSeries(
  check: PrometheusCheck,
  series: SeriesEvidence | null,
  { information, deadlineMs }: { readonly information: number; readonly deadlineMs: number },
): PreparedCheck {
  const { better, ratio, margin = 0, every } = check;
  const sign = better === 'higher' ? 1 : -1;
  const orient = (values: readonly number[]) => Float64Array.from(values, (value) => sign * value);
  const [candidate, baseline] = [orient(series?.canary ?? []), orient(series?.live ?? [])];
  const compareAt =
    ratio === undefined
      ? compareDifferences(candidate, baseline, margin)
      : compareRatios(candidate, baseline, Math.abs(ratio - 1));
  const tunedAt = computeTunedAt(every, deadlineMs);
  return {
    ...{ name: `prometheus ${check.name}`, better, stride: 1, n: candidate.length, information },
    ...(ratio === undefined
      ? ({ scale: 'difference', limit: better === 'lower' ? margin : -margin } as const)
      : ({ scale: 'ratio', limit: ratio } as const)),
    shown: { sampleMs: every, ...(ratio === undefined ? { unit: 'query' as const } : {}) },
    reason: explainSeries(series, ratio !== undefined),
    compare: ({ tail, looks }) =>
      compareAt({ tail, looks: looks.kind === 'anytime' ? { kind: 'anytime', tunedAt } : looks }),
  };
}

type Question = Pick<ComparisonQuestion, 'tail' | 'looks'>;

/** Both arms together: a quarter of the pairs that the deadline permits. From the policy alone, so that the sequence stays valid. */
function computeTunedAt(every: number, deadlineMs: number): number {
  const pairs = (TUNED_PART * deadlineMs) / every;
  return 2 * Math.min(MOST_TUNED_PAIRS, Math.max(LEAST_TUNED_PAIRS, Math.round(pairs)));
}

function compareDifferences(candidate: Float64Array, baseline: Float64Array, margin: number) {
  const differences = candidate.map((value, at) => value - (baseline[at] ?? Number.NaN));
  const dependence = estimateDependence(differences);
  const outcomes = { design: 'paired', kind: 'mean', differences } as const;
  return (question: Question) => compareOutcomes(outcomes, { ...question, margin, dependence });
}

function compareRatios(candidate: Float64Array, baseline: Float64Array, margin: number) {
  const ratio = computeMoments(candidate).mean / computeMoments(baseline).mean;
  const dependence = estimateDependence(candidate.map((value, at) => value - ratio * (baseline[at] ?? Number.NaN)));
  return (question: Question) =>
    compareRelative({ design: 'paired', candidate, baseline }, { ...question, margin, dependence });
}

function estimateDependence(values: Float64Array): Dependence {
  const inflation = estimateInflation(values);
  return inflation === null ? { kind: 'independent' } : { kind: 'autocorrelated', inflation };
}

/** Reason why the pairs cannot be judged; null where they can. */
function explainSeries(series: SeriesEvidence | null, isRatio: boolean): string | null {
  if (series === null) return 'Prometheus has not been queried yet.';
  if (series.reason !== null) return series.reason;
  const n = series.live.length;
  if (n < LEAST_PAIRS) return `There are ${n} intervals with values of both sides; a comparison needs ${LEAST_PAIRS}.`;
  const isPositive = computeMoments(Float64Array.from(series.live)).mean > 0;
  return isRatio && !isPositive ? 'The mean of the live revision is not above 0: use a margin instead of a ratio.' : null;
}
