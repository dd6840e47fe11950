import { TRIGGER_WINDOW } from '../../mlops/evaluations/schema.ts';
import { type CostRule, isPredictionCostRule, type PolicyManifestSpec, type QualityRule } from './schema.ts';

/** Reason why a policy contradicts itself or can never pass; null when none is known. */
export function findContradiction(spec: PolicyManifestSpec): string | null {
  const reasons = [
    ...spec.quality.map((rule) => findQualityContradiction(rule, spec)),
    ...spec.cost.map(findCostContradiction),
    findTestContradiction(spec),
    findRepeatedMetric(spec),
    findTradeContradiction(spec),
  ];
  return reasons.find((reason) => reason !== null) ?? null;
}

/** Outcome that `evaluation import --correct` names, as a rule refers to it. */
const BINARY_OUTCOME = 'correct';

function findQualityContradiction(rule: QualityRule, { alpha }: PolicyManifestSpec): string | null {
  const { metric, direction, floor, notWorseThanChampionBy: margin, nonInferiority, superiority } = rule;
  const isTested = alpha !== undefined;
  if (!isTested && (nonInferiority ?? superiority) !== undefined) {
    return `The rule for "${metric}" is a test. State "alpha", such as 0.05.`;
  }
  if (!isTested && rule.evaluation === TRIGGER_WINDOW) {
    return `The rule for "${metric}" compares on "${TRIGGER_WINDOW}", which is a test. State "alpha", such as 0.05.`;
  }
  if (rule.source === 'live') {
    const conflict = findLiveContradiction(rule, isTested);
    if (conflict !== null) return conflict;
  }
  if (!isTested) return null;
  if (margin?.startsWith('-') === true) {
    return `The margin ${margin} of "${metric}" is negative. State superiority: {by: ${margin.slice(1)}} instead.`;
  }
  if (margin !== undefined && nonInferiority !== undefined) {
    return `The rule for "${metric}" has two margins: notWorseThanChampionBy and nonInferiority. State one.`;
  }
  const isShare = (rule.outcome ?? metric) === BINARY_OUTCOME;
  const isBeyond = direction === 'higher' ? Number(floor) >= 1 : Number(floor) <= 0;
  if (isShare && floor !== undefined && isBeyond) {
    return `The floor ${floor} of "${metric}" can never pass: a test of a share never shows that it is ${direction === 'higher' ? '1 or more' : '0 or less'}.`;
  }
  return null;
}

function findLiveContradiction(
  { metric, evaluation, outcome, nonInferiority }: QualityRule,
  isTested: boolean,
): string | null {
  if (!isTested) return `The rule for "${metric}" on live predictions is a test. State "alpha", such as 0.05.`;
  if (evaluation !== undefined || outcome !== undefined) {
    return `The rule for "${metric}" has the source live, and names an evaluation or an outcome of one. State one of them.`;
  }
  if (nonInferiority !== undefined && 'relativeMargin' in nonInferiority) {
    return `The rule for "${metric}" on live predictions needs nonInferiority: {margin: ...}: a relative margin is tested on the same examples only.`;
  }
  return null;
}

function findCostContradiction(rule: CostRule): string | null {
  if (rule.measure === 'roi') return findReturnContradiction(rule.atLeast);
  if (!isPredictionCostRule(rule) || rule.measure === 'budget' || Number(rule.atMost) > 0) return null;
  const least = rule.replicas?.min ?? 1;
  if ((rule.basis ?? 'atDemand') !== 'atDemand' || least === 0) return null;
  return `The bound 0 of ${rule.measure} can never pass: at least ${least} replica always runs. Raise the bound, or set replicas: {min: 0}.`;
}

/** A return is -1 where nothing is earned; only refunds make it less. */
function findReturnContradiction(atLeast: string): string | null {
  if (Number(atLeast) > -1) return null;
  return `The return ${atLeast} always passes without refunds: a version that earns nothing has -1. State a larger return, such as 0.`;
}

function findTestContradiction({ alpha, looks, completeness, slo }: PolicyManifestSpec): string | null {
  if (alpha === undefined) {
    const named = Object.entries({ looks, completeness }).find(([, value]) => value !== undefined)?.[0];
    return named === undefined ? null : `"${named}" belongs to tests. State "alpha", such as 0.05.`;
  }
  if (slo?.errorRate === 0) {
    return 'The error rate 0 can never pass: a test never shows that no request fails. State a small rate, such as 0.001.';
  }
  if (typeof looks === 'object' && looks.examples !== undefined && looks.examples < looks.planned) {
    return `${looks.planned} looks need at least as many examples, not ${looks.examples}.`;
  }
  return null;
}

/** The outcomes of a metric are found by its name, so that its rules must mean the same ones. */
function findRepeatedMetric({ alpha, quality }: PolicyManifestSpec): string | null {
  if (alpha === undefined) return null;
  for (const [metric, rules] of Map.groupBy(quality, (rule) => rule.metric)) {
    const tables = new Set(
      rules.map(({ source, evaluation, outcome }) => JSON.stringify([source, evaluation, outcome])),
    );
    if (tables.size > 1)
      return `Two rules for "${metric}" name different outcomes. Name the second metric differently, and its outcome with "outcome".`;
  }
  return null;
}

function findTradeContradiction({ alpha, tradePrice, quality }: PolicyManifestSpec): string | null {
  if (tradePrice === undefined) return null;
  if (alpha === undefined) return '"tradePrice" compares intervals. State "alpha", such as 0.05.';
  const rule = quality.find(({ metric }) => metric === tradePrice.metric);
  if (rule !== undefined) return null;
  return `"tradePrice" names the metric "${tradePrice.metric}", for which the policy has no quality rule.`;
}
