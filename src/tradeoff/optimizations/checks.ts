import { mergeLatencies } from '../../mlops/gateway/index.ts';
import { compareOutcomes, type Dependence } from '../statistics/index.ts';
import type { TrialCheck } from './engine/checks.ts';
import { compareArms } from './engine/compare-arms.ts';
import { countPredictions, type Margin } from './engine/outcomes.ts';
import { type ArmSide, type ArmTraffic, type LiveScores, type PriceTable, valueSpans } from './evidence.ts';
import type { Guardrail, QualityRule } from './spec/schema.ts';

/** A check with its limit as text. */
export type LimitedCheck = TrialCheck & { readonly limit: string };

export function toMargin({ margin, relativeMargin }: QualityRule): Margin {
  return margin === undefined
    ? { scale: 'relative', value: relativeMargin ?? 0 }
    : { scale: 'absolute', value: margin };
}

const percent = (ratio: number) => `${Number((100 * ratio).toPrecision(4))} %`;

/** Labels may arrive at different times in both arms, which biases a comparison; beyond this difference nothing is proven. */
const MOST_LABEL_DIFFERENCE = 0.1;

export function buildQualityCheck(rule: QualityRule, scores: LiveScores, least: number): LimitedCheck {
  const margin = toMargin(rule);
  const { outcomes, better } = scores;
  const size =
    outcomes.design === 'pairs'
      ? outcomes.clusters.length
      : Math.min(outcomes.baseline.length, outcomes.candidate.length);
  return {
    ...{ kind: 'quality', name: rule.metric, n: size },
    limit: margin.scale === 'absolute' ? `at most ${margin.value} worse` : `at most ${percent(margin.value)} worse`,
    reason:
      scores.reason ??
      explainIncomplete(scores, least) ??
      (countPredictions(outcomes) === 0 ? 'No labelled prediction yet.' : null),
    compare: (question) => compareArms(outcomes, { ...question, margin, better, range: scores.range }),
  };
}

function explainIncomplete({ completeness: { baseline, candidate } }: LiveScores, least: number): string | null {
  const shares = [baseline, candidate].filter((share) => share !== null);
  const lowest = Math.min(...shares);
  if (shares.length === 0) return 'No prediction is old enough for its label.';
  if (lowest < least)
    return `${percent(lowest)} of the predictions that are old enough have a label; ${percent(least)} are needed.`;
  if (Math.max(...shares) - lowest > MOST_LABEL_DIFFERENCE) {
    return `The arms differ in their labels (${percent(baseline ?? 0)} and ${percent(candidate ?? 0)}), so they are not comparable.`;
  }
  return null;
}

type TrafficGuardrail = Exclude<Guardrail, { budget: string }>;

export function buildGuardrailCheck(rule: TrafficGuardrail, traffic: ArmTraffic): LimitedCheck {
  return rule.metric === 'errorRate' ? buildErrorCheck(rule.margin, traffic) : buildLatencyCheck(rule.ratio, traffic);
}

function buildErrorCheck(margin: number, { baseline, candidate }: ArmTraffic): LimitedCheck {
  const succeed = ({ requests, errors }: ArmSide) => ({ successes: requests - errors, n: requests });
  return {
    ...{ kind: 'guardrail', name: 'errorRate', limit: `at most ${percent(margin)} more errors` },
    ...{ n: Math.min(baseline.requests, candidate.requests), reason: explainNoRequests({ baseline, candidate }) },
    compare: (question) =>
      compareOutcomes(
        { design: 'unpaired', kind: 'binary', candidate: succeed(candidate), baseline: succeed(baseline) },
        { ...question, margin, dependence: estimateDependence([baseline, candidate]) },
      ),
  };
}

const QUANTILE = 0.95;

/**
 * The p95 of the candidate is at most `ratio` times that of the baseline exactly when at least 95 % of its answers are within this time, so
 * that shares of answers are compared. Latency is known within 1 %.
 */
function buildLatencyCheck(ratio: number, { baseline, candidate }: ArmTraffic): LimitedCheck {
  const check = { kind: 'guardrail', name: 'latencyP95', limit: `at most ${ratio} times the baseline` } as const;
  const [before, after] = [mergeLatencies(baseline.spans), mergeLatencies(candidate.spans)];
  const limitMs = ratio * (before.quantile(QUANTILE) ?? 0);
  const answers = { baseline: before.count, candidate: after.count };
  const slow = limitMs > 0 ? after.above(limitMs) : 0;
  return {
    ...{ ...check, n: Math.min(answers.baseline, answers.candidate) },
    reason: limitMs > 0 && answers.candidate > 0 ? null : 'An arm has no answer yet.',
    compare: (question) =>
      compareOutcomes(
        {
          ...{ design: 'unpaired', kind: 'binary' },
          candidate: { successes: answers.candidate - slow, n: answers.candidate },
          baseline: { successes: QUANTILE * answers.baseline, n: answers.baseline },
        },
        { ...question, margin: 0 },
      ),
  };
}

function explainNoRequests({ baseline, candidate }: ArmTraffic): string | null {
  return baseline.requests === 0 || candidate.requests === 0 ? 'An arm has no request yet.' : null;
}

/** Factor by which errors that come together (a slow minute) raise the variance of a share, over both arms. */
function estimateDependence(arms: readonly ArmSide[]): Dependence {
  let [between, independent, count] = [0, 0, 0];
  for (const { spans, requests, errors } of arms) {
    const share = requests === 0 ? 0 : errors / requests;
    independent += requests * share * (1 - share);
    for (const span of spans) {
      if (span.requests === 0) continue;
      count += 1;
      between += (span.errors - share * span.requests) ** 2;
    }
  }
  if (!(independent > 0) || count < 3) return { kind: 'independent' };
  const inflation = Math.max(1, ((count / (count - 2)) * between) / independent);
  return { kind: 'autocorrelated', inflation: inflation * (1 + Math.sqrt(2 / (count - 1))) };
}

/** Spans of both arms at which a comparison of spans is tightest: most of an hour of minutes. */
export const SPAN_LOOKS = { kind: 'anytime', tunedAt: 100 } as const;

/** The saving of a request: the cost of the baseline less that of the candidate, by minute; it must be above 0. */
export function buildSavingCheck(traffic: ArmTraffic, prices: PriceTable): LimitedCheck {
  const [baseline, candidate] = [
    valueSpans(traffic.baseline.spans, prices),
    valueSpans(traffic.candidate.spans, prices),
  ];
  const check = { kind: 'saving', name: 'cost of a request', limit: 'less than the baseline' } as const;
  const reason =
    baseline === null || candidate === null
      ? 'A replica has no price now: apply a PriceBook.'
      : baseline.length === 0 || candidate.length === 0
        ? 'An arm has no measured request yet.'
        : null;
  return {
    ...{ ...check, reason, n: Math.min(baseline?.length ?? 0, candidate?.length ?? 0) },
    compare: (question) =>
      compareArms(
        { design: 'arms', baseline: baseline ?? [], candidate: candidate ?? [] },
        { ...question, looks: SPAN_LOOKS, margin: { scale: 'absolute', value: 0 }, better: 'lower', range: null },
      ),
  };
}
