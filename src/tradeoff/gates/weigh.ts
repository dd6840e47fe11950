import { decimal, decimalString, groupThousands } from '../../platform/units/index.ts';
import type { CostEvidence, QualityEvidence, VersionEvidence } from '../evidence/schema.ts';
import type { Check, CostRule, PolicySpec, QualityRule, Verdict } from './schema.ts';

/** What a budget has left, as far as it is known. */
export interface BudgetLeft {
  readonly currency: string;
  /** Exact decimal; null while nothing is known of this month's spending. */
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
 * Weighs both sides. Pure: the same scales give the same verdict. reject when any check does not hold; else hold when
 * any lacks evidence; else promote.
 */
export function weigh(scales: Scales): { verdict: Verdict; checks: Check[] } {
  const checks = [
    ...scales.policy.quality.flatMap((rule) => qualityChecks(rule, scales)),
    ...scales.policy.cost.map((rule) => costCheck(rule, scales)),
  ];
  return { verdict: verdictOf(checks), checks };
}

function verdictOf(checks: readonly Check[]): Verdict {
  if (checks.some(({ holds }) => holds === false)) return 'reject';
  return checks.some(({ holds }) => holds === null) ? 'hold' : 'promote';
}

function qualityChecks(rule: QualityRule, scales: Scales): Check[] {
  const measured = scales.candidate.quality.find(({ metric }) => metric === rule.metric) ?? null;
  const checks: Check[] = [];
  if (rule.floor !== undefined) checks.push(qualityCheck(`${rule.metric} floor`, rule, measured, rule.floor));
  if (rule.notWorseThanChampionBy !== undefined) {
    checks.push(againstChampion(rule, rule.notWorseThanChampionBy, measured, scales));
  }
  return checks;
}

function qualityCheck(name: string, rule: QualityRule, measured: QualityEvidence | null, bound: string | null): Check {
  const comparison = rule.direction === 'higher' ? '>=' : '<=';
  const value = measured === null ? null : numeral(measured.value);
  const interval = measured?.interval ?? null;
  return {
    name,
    side: 'quality',
    measured: value,
    unit: rule.metric,
    comparison,
    bound,
    holds: value === null || bound === null ? null : compare(value, comparison, bound),
    interval: interval === null ? null : { lower: numeral(interval.lower), upper: numeral(interval.upper) },
    source: measured === null ? `no metric "${rule.metric}" was logged for this version` : measured.source,
  };
}

/** Bound: the champion's value, less the margin where higher is better, plus it where lower is. */
function againstChampion(rule: QualityRule, margin: string, measured: QualityEvidence | null, scales: Scales): Check {
  const name = `${rule.metric} against @${scales.policy.alias}`;
  const { champion, candidate, policy } = scales;
  if (champion === null || champion.version === candidate.version) {
    const check = qualityCheck(name, rule, measured, null);
    const why = champion === null ? `no version is @${policy.alias} yet` : `this version is @${policy.alias}`;
    return { ...check, holds: true, source: `${why}, so there is none to be worse than` };
  }
  const standing = champion.quality.find(({ metric }) => metric === rule.metric);
  if (standing === undefined) {
    const check = qualityCheck(name, rule, measured, null);
    return {
      ...check,
      source: `@${policy.alias} (version ${champion.version}) has no metric "${rule.metric}" to compare with`,
    };
  }
  const value = decimal(numeral(standing.value));
  const bound = rule.direction === 'higher' ? value.minus(margin) : value.plus(margin);
  const check = qualityCheck(name, rule, measured, decimalString(bound));
  return {
    ...check,
    source: `${check.source}; @${policy.alias} is version ${champion.version} with ${decimalString(standing.value.toPrecision(4))}`,
  };
}

function costCheck(rule: CostRule, scales: Scales): Check {
  const { trainingCost, costPerThousandPredictions: perThousand } = scales.candidate;
  const { currency } = scales.policy;
  switch (rule.measure) {
    case 'trainingCost':
      return boundedCost('training cost', currency, trainingCost, amountOf(trainingCost, currency), rule.atMost);
    case 'costPerThousandPredictions': {
      const unit = `${currency} per 1,000 predictions`;
      return boundedCost('cost per 1,000 predictions', unit, perThousand, amountOf(perThousand, currency), rule.atMost);
    }
    case 'costPerMonth': {
      const monthly = monthlyCost(perThousand, currency, rule.predictionsPerMonth);
      const check = boundedCost('cost per month', `${currency} per month`, perThousand, monthly, rule.atMost);
      return {
        ...check,
        source: `${check.source}; at ${groupThousands(String(rule.predictionsPerMonth))} predictions a month`,
      };
    }
    case 'budget':
      return budgetCheck(rule, scales, monthlyCost(perThousand, currency, rule.predictionsPerMonth));
  }
}

function boundedCost(
  name: string,
  unit: string,
  evidence: CostEvidence,
  measured: string | null,
  bound: string | null,
): Check {
  return {
    name,
    side: 'cost',
    measured,
    unit,
    comparison: '<=',
    bound,
    holds: measured === null || bound === null ? null : compare(measured, '<=', bound),
    interval: null,
    source: evidence.cost === null ? `unknown: ${evidence.reason}` : evidence.source,
  };
}

function budgetCheck(rule: Extract<CostRule, { measure: 'budget' }>, scales: Scales, monthly: string | null): Check {
  const budget = scales.budgets.get(rule.budget);
  const unit = `${scales.policy.currency} per month`;
  const evidence = scales.candidate.costPerThousandPredictions;
  const check = boundedCost(`budget ${rule.budget}`, unit, evidence, monthly, budget?.remaining ?? null);
  if (budget === undefined) return { ...check, source: `there is no budget "${rule.budget}"` };
  const left = budget.remaining === null ? 'nothing is known of its spending this month' : budget.source;
  return { ...check, source: `${check.source}; ${left}` };
}

/** Amount of a cost in the policy's currency; a cost in another currency cannot be compared and is unknown here. */
function amountOf({ cost }: CostEvidence, currency: string): string | null {
  return cost?.currency === currency ? cost.amount : null;
}

/** Cost a month = cost per 1,000 predictions x predictions a month / 1,000, exact. */
function monthlyCost(perThousand: CostEvidence, currency: string, predictionsPerMonth: number): string | null {
  const amount = amountOf(perThousand, currency);
  return amount === null ? null : decimalString(decimal(amount).times(predictionsPerMonth).dividedBy(1000));
}

function compare(measured: string, comparison: '>=' | '<=', bound: string): boolean {
  const value = decimal(measured);
  return comparison === '>=' ? value.greaterThanOrEqualTo(bound) : value.lessThanOrEqualTo(bound);
}

/** The shortest decimal that names this double, in plain notation. */
function numeral(value: number): string {
  return decimalString(String(value));
}
