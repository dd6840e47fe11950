import type { CanaryAnalysis } from '../../mlops/endpoint-spec/schema.ts';
import type { AnalysisQuestion, CanaryEvidence, CanaryJudgement, RolloutCheck } from '../../mlops/serving/index.ts';
import { type Comparison, createSampleRatioTest, type Looks } from '../statistics/index.ts';
import { prepareCheck } from './checks.ts';
import type { PreparedCheck } from './prepared-check.ts';

/** P-value, valid at any time, below which the traffic counts as not split as intended. */
const SPLIT_ERROR = 0.001;

/**
 * Judges the evidence of one step of a canary.
 *
 * - A check **passes** when its loss is proven to be below the margin, at the one-sided error `alpha` over all looks of the step. All
 *   checks must pass, so no correction for several checks is needed: the chance to promote a canary that is worse by a margin in any
 *   metric is at most `alpha`.
 * - A check **fails** when its loss is shown to be beyond the margin. One failure rolls back, so `alpha` is divided by the number of
 *   steps and, by Holm's step-down rule, among the checks: the chance to roll back a canary within all margins is at most `alpha`.
 * - A sample ratio mismatch (Dirichlet-multinomial test, valid at any time, p < 0.001) makes the comparison invalid: nothing is proven.
 *
 * Responses that depend on each other in time (a slow minute) widen the intervals by the variance between batches of arrivals.
 *
 * @example judgeCanary(evidence, { analysis: { alpha: 0.05, looks: 'anytime', checks: [{ metric: 'errorRate', margin: 0.01 }], … }, steps: 3 })
 */
export function judgeCanary(evidence: CanaryEvidence, { analysis, steps }: AnalysisQuestion): CanaryJudgement {
  const { alpha } = analysis;
  const looked = analysis.checks.map((check, place) => {
    const prepared = prepareCheck(check, place, evidence, analysis.deadline);
    return { prepared, ...planLook(analysis, prepared, evidence, place) };
  });
  const harmed = findHarm(looked, alpha / steps);
  const checks = looked.map(({ prepared, looks, previous }) =>
    looks === null
      ? (previous ?? showUnknown(prepared, 'There is no new information since the last planned evaluation.'))
      : showCheck(prepared, prepared.compare({ tail: alpha, looks }), harmed.has(prepared.name)),
  );
  const splitProblem = explainSplit(evidence);
  return {
    checks,
    harmed: [...harmed],
    isProven: splitProblem === null && checks.every(({ verdict }) => verdict === 'passes'),
    splitProblem,
    fractions: looked.map(({ fractions }) => fractions),
  };
}

/** A check with the kind of its look; null looks: the plan has no look here, and the check stays as it was. */
interface LookedCheck {
  readonly prepared: PreparedCheck;
  readonly looks: Looks | null;
  readonly previous: RolloutCheck | null;
  readonly fractions: readonly number[];
}

function planLook(
  { looks }: CanaryAnalysis,
  { information }: PreparedCheck,
  evidence: CanaryEvidence,
  place: number,
): Omit<LookedCheck, 'prepared'> {
  const before = evidence.fractions[place] ?? [];
  const previous = evidence.previous?.[place] ?? null;
  if (looks === 'anytime') return { looks: { kind: 'anytime' }, previous, fractions: [] };
  const fraction = Math.min(1, information / looks.responses);
  if (fraction <= (before.at(-1) ?? 0)) return { looks: null, previous, fractions: before };
  const look = before.length + 1;
  // The end of a step and the deadline are looks too; the bounds follow from the fractions, not from the number of looks.
  const count = Math.max(looks.planned, look);
  return {
    looks: { kind: 'planned', count, look, fraction, previousFractions: before },
    previous,
    fractions: [...before, fraction],
  };
}

/**
 * Checks with harm, by Holm: all are compared at `tail` / (number of checks); while one is found, the others are compared again at
 * `tail` / (number of the others). Equal to Holm's rule on p-values, without computing them.
 */
function findHarm(looked: readonly LookedCheck[], tail: number): Set<string> {
  const harmed = new Set<string>();
  for (;;) {
    const rest = looked.filter(({ prepared }) => !harmed.has(prepared.name));
    const found = rest.filter(
      ({ prepared, looks }) =>
        looks !== null &&
        prepared.reason === null &&
        prepared.compare({ tail: tail / rest.length, looks }).verdict === 'inferior',
    );
    if (found.length === 0) return harmed;
    for (const { prepared } of found) harmed.add(prepared.name);
  }
}

/** Reason where the traffic was not split as intended; null also for sticky traffic, whose callers differ in their requests. */
function explainSplit({ share, isAssignedByRequest, live, canary }: CanaryEvidence): string | null {
  if (!isAssignedByRequest || !(share > 0 && share < 1)) return null;
  const test = createSampleRatioTest([1 - share, share]);
  test.add([live.requests, canary.requests]);
  if (test.pValue() >= SPLIT_ERROR) return null;
  const had = (100 * canary.requests) / (canary.requests + live.requests);
  return `the new revision received ${had.toFixed(1)} % of the requests instead of ${(100 * share).toFixed(1)} %, so the sides are not comparable`;
}

function showCheck(prepared: PreparedCheck, comparison: Comparison, isHarmed: boolean): RolloutCheck {
  const { name, scale, limit, n, stride, reason, shown } = prepared;
  if (reason !== null) return showUnknown(prepared, reason);
  const passes = !isHarmed && comparison.verdict === 'non-inferior';
  const { samplesNeeded } = comparison;
  return {
    ...{ name, scale, limit, n, ...shown, ...toNaturalDifference(prepared, comparison) },
    test: comparison.test,
    verdict: isHarmed ? 'fails' : passes ? 'passes' : 'inconclusive',
    samplesNeeded: samplesNeeded === null ? null : samplesNeeded * stride,
    reason: comparison.reason,
  };
}

function showUnknown({ name, scale, limit, n, shown }: PreparedCheck, reason: string): RolloutCheck {
  const unknown = { estimate: null, lower: null, upper: null, test: null, samplesNeeded: null };
  return { name, scale, limit, n, ...shown, ...unknown, verdict: 'inconclusive', reason };
}

/** New against live revision as a reader expects it: a difference or a ratio of the metric itself, whatever is better. */
function toNaturalDifference({ better, scale }: PreparedCheck, { estimate, lower, upper }: Comparison) {
  const [middle, low, high] = better === 'higher' ? [estimate, lower, upper] : [-estimate, -upper, -lower];
  const offset = scale === 'ratio' ? 1 : 0;
  const toKnown = (value: number) => (Number.isFinite(value) ? value + offset : null);
  return { estimate: toKnown(middle), lower: toKnown(low), upper: toKnown(high) };
}
