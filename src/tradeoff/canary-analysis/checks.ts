import type { AnalysisCheck } from '../../mlops/endpoint-spec/schema.ts';
import { toCheckName } from '../../mlops/endpoint-spec/schema.ts';
import type { CanaryEvidence, QualityEvidence } from '../../mlops/serving/index.ts';
import {
  type ComparisonQuestion,
  compareOutcomes,
  compareQuantiles,
  compareRelative,
  type Dependence,
} from '../statistics/index.ts';
import { prepareCost } from './cost-check.ts';
import { estimateErrorDependence, estimateSeriesDependence } from './dependence.ts';
import type { PreparedCheck } from './prepared-check.ts';
import { prepareSeries } from './series-check.ts';

/** The quantile of the latency, and its canonical name in checks. */
const LATENCY_QUANTILE = 0.95;

/** Joins a check with the evidence of its step. `place`: of the check in the analysis. `deadlineMs`: the longest time of the canary. */
export function prepareCheck(
  check: AnalysisCheck,
  place: number,
  evidence: CanaryEvidence,
  deadlineMs: number,
): PreparedCheck {
  switch (check.metric) {
    case 'errorRate':
      return prepareErrors(check.margin, evidence);
    case 'latencyP95':
      return prepareLatency(check.metric, check.ratio, evidence);
    case 'latencyMean':
      return prepareLatency(check.metric, check.ratio, evidence);
    case 'cost':
      return prepareCost(check.ratio, evidence);
    case 'prometheus':
      return prepareSeries(check, evidence.series[place] ?? null, { information: evidence.canary.requests, deadlineMs });
    case 'quality':
      return prepareQuality(toCheckName(check), check.margin, evidence.quality[place] ?? null);
  }
}

function prepareErrors(margin: number, { live, canary }: CanaryEvidence): PreparedCheck {
  const dependence = estimateErrorDependence(live, canary);
  const [candidate, baseline] = [canary, live].map(({ requests, errors }) => ({
    successes: requests - errors,
    n: requests,
  })) as [{ successes: number; n: number }, { successes: number; n: number }];
  return {
    ...{ name: 'errorRate', scale: 'difference', limit: margin, better: 'lower', reason: null, shown: {} },
    ...{ n: Math.min(live.requests, canary.requests), information: canary.requests, stride: 1 },
    compare: (question) =>
      compareOutcomes({ design: 'unpaired', kind: 'binary', candidate, baseline }, { ...question, margin, dependence }),
  };
}

function prepareLatency(
  metric: 'latencyP95' | 'latencyMean',
  ratio: number,
  { live, canary }: CanaryEvidence,
): PreparedCheck {
  const [candidate, baseline] = [Float64Array.from(canary.latenciesMs), Float64Array.from(live.latenciesMs)];
  const margin = ratio - 1;
  const compare: PreparedCheck['compare'] =
    metric === 'latencyP95'
      ? compareLatencyQuantiles(candidate, baseline, margin)
      : compareLatencyMeans(candidate, baseline, margin);
  return {
    ...{ name: metric, scale: 'ratio', limit: ratio, better: 'lower', reason: null, shown: {}, compare },
    ...{ n: Math.min(candidate.length, baseline.length), information: canary.requests, stride: canary.stride },
  };
}

function compareLatencyQuantiles(candidate: Float64Array, baseline: Float64Array, margin: number) {
  const dependence = estimateExceedanceDependence(candidate, baseline);
  const outcomes = { candidate, baseline, quantile: LATENCY_QUANTILE, better: 'lower', scale: 'ratio' } as const;
  return (question: Pick<ComparisonQuestion, 'tail' | 'looks'>) =>
    compareQuantiles(outcomes, { ...question, margin, dependence });
}

/** Of the indicators of times above the quantile of both sides together: the dependence that counts for a quantile. */
function estimateExceedanceDependence(candidate: Float64Array, baseline: Float64Array): Dependence {
  const both = new Float64Array(candidate.length + baseline.length);
  both.set(candidate);
  both.set(baseline, candidate.length);
  both.sort();
  const threshold = both[Math.ceil(LATENCY_QUANTILE * both.length) - 1] ?? Number.POSITIVE_INFINITY;
  const mark = (values: Float64Array) => values.map((value) => Number(value > threshold));
  return estimateSeriesDependence(mark(baseline), mark(candidate));
}

/** Negated, so that larger is better. */
function compareLatencyMeans(candidate: Float64Array, baseline: Float64Array, margin: number) {
  const dependence = estimateSeriesDependence(baseline, candidate);
  const negate = (values: Float64Array) => values.map((value) => -value);
  const outcomes = { design: 'unpaired', candidate: negate(candidate), baseline: negate(baseline) } as const;
  return (question: Pick<ComparisonQuestion, 'tail' | 'looks'>) =>
    compareRelative(outcomes, { ...question, margin, dependence });
}

function prepareQuality(name: string, margin: number, quality: QualityEvidence | null): PreparedCheck {
  const { live, canary } = quality ?? { live: { successes: 0, n: 0 }, canary: { successes: 0, n: 0 } };
  return {
    ...{ name, scale: 'difference', limit: -margin, better: 'higher', stride: 1, shown: {} },
    ...{ n: Math.min(live.n, canary.n), information: canary.n },
    reason: quality === null ? 'Labelled predictions have not been read yet.' : quality.reason,
    compare: (question) =>
      compareOutcomes(
        { design: 'unpaired', kind: 'binary', candidate: canary, baseline: live },
        { ...question, margin },
      ),
  };
}
