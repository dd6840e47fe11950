import { decimal, decimalString, groupThousands } from '../../platform/units/index.ts';
import type { GateFacts, QualityEvidence, VersionEvidence } from '../evidence/schema.ts';
import { checkApprovals } from './approvals.ts';
import { confirmFailures } from './confirm-failures.ts';
import { checkPriceAge } from './freshness.ts';
import type { MeasuredCost, ServingCostRule } from './known-costs.ts';
import { checkMakingCost } from './making-cost.ts';
import { checkReturn } from './return.ts';
import type { Check, CostRule, PolicySpec, QualityRule, Verdict } from './schema.ts';
import { computeServingCost } from './serving-cost.ts';
import { checkSlo } from './slo.ts';
import type { TestContext } from './test-evidence.ts';
import { describeLostChampion, testQualityRule } from './tested-quality.ts';
import { checkTradePrice } from './trade-price.ts';

/** Remaining amount of a budget, as far as it is known. */
export interface BudgetLeft {
  readonly currency: string;
  /** Exact decimal; null while the spend of this month is not known. */
  readonly remaining: string | null;
  readonly source: string;
}

export interface Scales {
  readonly policy: PolicySpec;
  readonly candidate: VersionEvidence;
  /** The version behind the policy's alias; null when there is none. */
  readonly champion: VersionEvidence | null;
  /** Budgets that the policy names. */
  readonly budgets: ReadonlyMap<string, BudgetLeft>;
}

/**
 * Evaluates the requirements of a policy. Pure: the same input gives the same verdict. Reject when any check fails; else hold when any
 * check is inconclusive; else promote. With `alpha` in the policy every quality check is a test on the outcomes in the evidence of
 * the candidate (`gate`), and tests fail by Holm's rule; without it, point values are compared.
 *
 * @example evaluatePolicy({ policy, candidate, champion: null, budgets: new Map() }).verdict // 'promote'
 */
export function evaluatePolicy(scales: Scales): { verdict: Verdict; checks: Check[] } {
  const { alpha } = scales.policy;
  const { rejectsBy } = buildTestContext(scales).facts;
  const made = makeChecks(scales);
  const confirmed =
    alpha === undefined || rejectsBy === undefined
      ? made
      : confirmFailures(made, alpha, (other) => makeChecks({ ...scales, policy: { ...scales.policy, alpha: other } }));
  const checks = confirmed.map((check) => ({ ...check, result: toResult(check.holds) }));
  return { verdict: decideVerdict(checks), checks };
}

function makeChecks(scales: Scales): Check[] {
  const { policy, candidate } = scales;
  const context = buildTestContext(scales);
  const isTested = policy.alpha !== undefined;
  return [
    ...policy.quality.flatMap((rule) => (isTested ? testQualityRule(rule, context) : checkQualityRule(rule, scales))),
    ...checkSlo(policy, candidate.gate),
    ...policy.cost.map((rule) => checkCostRule(rule, scales)),
    ...checkTradePrice(context, scales),
    ...checkPriceAge(policy, candidate),
    ...checkApprovals(policy, candidate.gate),
  ];
}

function toResult(holds: boolean | null): NonNullable<Check['result']> {
  if (holds === null) return 'inconclusive';
  return holds ? 'passes' : 'fails';
}

/** Policy, evidence and champion of the tests. A version that is the champion itself has none to compare with. */
export function buildTestContext({ policy, candidate, champion }: Omit<Scales, 'budgets'>): TestContext {
  const other = champion === null || champion.version === candidate.version ? null : { version: champion.version };
  return { policy, facts: candidate.gate ?? buildNoFacts(candidate), quality: candidate.quality, champion: other };
}

/** Evidence that no gate gathered has no outcomes. */
const buildNoFacts = ({ createdAt }: VersionEvidence): GateFacts => ({
  at: createdAt,
  outcomes: [],
  pairs: [],
  latency: null,
  requests: null,
  look: null,
  approvals: null,
  requestedBy: null,
  lostChampion: null,
  rejectsBy: 'holm',
});

function decideVerdict(checks: readonly Check[]): Verdict {
  if (checks.some(({ holds }) => holds === false)) return 'reject';
  return checks.some(({ holds }) => holds === null) ? 'hold' : 'promote';
}

function checkQualityRule(rule: QualityRule, scales: Scales): Check[] {
  const measured = scales.candidate.quality.find(({ metric }) => metric === rule.metric) ?? null;
  const checks: Check[] = [];
  if (rule.floor !== undefined) checks.push(buildQualityCheck(`${rule.metric} floor`, rule, measured, rule.floor));
  if (rule.notWorseThanChampionBy !== undefined) {
    checks.push(checkAgainstChampion(rule, rule.notWorseThanChampionBy, measured, scales));
  }
  return checks;
}

function buildQualityCheck(
  name: string,
  rule: QualityRule,
  measured: QualityEvidence | null,
  bound: string | null,
): Check {
  const comparison = rule.direction === 'higher' ? '>=' : '<=';
  const value = measured === null ? null : toPlainDecimal(measured.value);
  const interval = measured?.interval ?? null;
  return {
    name,
    side: 'quality',
    measured: value,
    unit: rule.metric,
    comparison,
    bound,
    holds: value === null || bound === null ? null : compare(value, comparison, bound),
    interval:
      interval === null ? null : { lower: toPlainDecimal(interval.lower), upper: toPlainDecimal(interval.upper) },
    source: measured === null ? `no metric "${rule.metric}" was logged for this version` : measured.source,
    test: null,
  };
}

/** Bound: the champion's value, less the margin where higher is better, plus it where lower is. */
function checkAgainstChampion(
  rule: QualityRule,
  margin: string,
  measured: QualityEvidence | null,
  scales: Scales,
): Check {
  const name = `${rule.metric} against @${scales.policy.alias}`;
  const { champion, candidate, policy } = scales;
  if (champion === null || champion.version === candidate.version) {
    const check = buildQualityCheck(name, rule, measured, null);
    const lost = champion === null ? (candidate.gate?.lostChampion ?? null) : null;
    if (lost !== null) return { ...check, source: describeLostChampion(policy.alias, lost) };
    const why = champion === null ? `no version is @${policy.alias} yet` : `this version is @${policy.alias}`;
    return { ...check, holds: true, source: `${why}, so there is no champion to compare with` };
  }
  const standing = champion.quality.find(({ metric }) => metric === rule.metric);
  if (standing === undefined) {
    const check = buildQualityCheck(name, rule, measured, null);
    return {
      ...check,
      source: `@${policy.alias} (version ${champion.version}) has no metric "${rule.metric}" to compare with`,
    };
  }
  const value = decimal(toPlainDecimal(standing.value));
  const bound = rule.direction === 'higher' ? value.minus(margin) : value.plus(margin);
  const check = buildQualityCheck(name, rule, measured, decimalString(bound));
  return {
    ...check,
    source: `${check.source}; @${policy.alias} is version ${champion.version} with ${decimalString(standing.value.toPrecision(4))}`,
  };
}

function checkCostRule(rule: CostRule, scales: Scales): Check {
  const { candidate, policy, budgets } = scales;
  if (rule.measure === 'trainingCost') return checkTrainingCost(rule.atMost, scales);
  if (rule.measure === 'makingCost') return checkMakingCost(rule.atMost, policy, candidate);
  if (rule.measure === 'roi') return checkReturn(rule, policy, candidate);
  const bound = rule.measure === 'budget' ? (budgets.get(rule.budget)?.remaining ?? null) : rule.atMost;
  const cost =
    candidate.unitCosts === undefined
      ? computeAllTimeCost(rule, candidate, policy.currency)
      : computeServingCost(rule, { ...candidate, unitCosts: candidate.unitCosts }, policy);
  const check: Check = {
    ...nameCostCheck(rule, policy.currency),
    side: 'cost',
    measured: cost.amount,
    comparison: '<=',
    bound,
    holds: cost.amount === null || bound === null ? null : compare(cost.amount, '<=', bound),
    interval: cost.interval,
    ...(cost.basis === null ? {} : { basis: cost.basis }),
    ...(cost.atDemand === undefined ? {} : { atDemand: cost.atDemand }),
    source: cost.source,
  };
  return rule.measure === 'budget'
    ? { ...check, source: describeBudgetSource(rule.budget, check.source, budgets) }
    : check;
}

/** The name leaves out the basis: decisions from before costs had a basis are listed together with newer ones. */
function nameCostCheck(rule: ServingCostRule, currency: string): Pick<Check, 'name' | 'unit'> {
  if (rule.measure === 'costPerThousandPredictions') {
    return { name: 'cost per 1,000 predictions', unit: `${currency} per 1,000 predictions` };
  }
  const name = rule.measure === 'budget' ? `budget ${rule.budget}` : 'cost per month';
  return { name, unit: `${currency} per month` };
}

function checkTrainingCost(bound: string, { candidate, policy }: Scales): Check {
  const { trainingCost: evidence } = candidate;
  // A cost in another currency cannot be compared and is unknown here.
  const measured = evidence.cost?.currency === policy.currency ? evidence.cost.amount : null;
  return {
    name: 'training cost',
    side: 'cost',
    measured,
    unit: policy.currency,
    comparison: '<=',
    bound,
    holds: measured === null ? null : compare(measured, '<=', bound),
    interval: null,
    source: evidence.cost === null ? `unknown: ${evidence.reason}` : evidence.source,
  };
}

function describeBudgetSource(name: string, source: string, budgets: Scales['budgets']): string {
  const budget = budgets.get(name);
  if (budget === undefined) return `there is no budget "${name}"`;
  return `${source}; ${budget.remaining === null ? 'its spend of this month is not known' : budget.source}`;
}

function compare(measured: string, comparison: '>=' | '<=', bound: string): boolean {
  const value = decimal(measured);
  return comparison === '>=' ? value.greaterThanOrEqualTo(bound) : value.lessThanOrEqualTo(bound);
}

/** The shortest decimal that names this double, in plain notation. */
function toPlainDecimal(value: number): string {
  return decimalString(String(value));
}

/**
 * The cost that decisions used before unit costs had a basis: total cost divided by total predictions, and the monthly cost
 * in proportion to it. Used only to replay such decisions.
 */
function computeAllTimeCost(rule: ServingCostRule, candidate: VersionEvidence, currency: string): MeasuredCost {
  const evidence = candidate.costPerThousandPredictions;
  const source = evidence?.cost == null ? `unknown: ${evidence?.reason ?? 'no cost was recorded'}` : evidence.source;
  const known = evidence?.cost?.currency === currency ? evidence.cost.amount : null;
  if (rule.measure === 'costPerThousandPredictions') return { amount: known, basis: null, interval: null, source };
  const { predictionsPerMonth } = rule;
  const monthly =
    known === null || predictionsPerMonth === undefined
      ? null
      : decimal(known).times(predictionsPerMonth).dividedBy(1000);
  const amount = monthly === null ? null : decimalString(monthly);
  const at =
    rule.measure === 'costPerMonth' ? `; at ${groupThousands(String(predictionsPerMonth))} predictions a month` : '';
  return { amount, basis: null, interval: null, source: `${source}${at}` };
}
